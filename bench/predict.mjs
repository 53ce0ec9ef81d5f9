export default { usage: 'predict', summary: '', options: {}, async run() {} };
