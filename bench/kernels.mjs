export default { usage: 'kernels', summary: '', options: {}, async run() {} };
