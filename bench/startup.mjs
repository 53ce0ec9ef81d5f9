export default { usage: 'startup', summary: '', options: {}, async run() {} };
