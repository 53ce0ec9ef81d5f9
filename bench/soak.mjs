export default { usage: 'soak', summary: '', options: {}, async run() {} };
