const { appendFileSync } = require('node:fs');

const stage = process.env.STATE_stage ?? 'pre';
console.log(`OUT ${stage} ${process.env.INPUT_GREETING} ${process.env.INPUT_WITH_SPACE}`);
appendFileSync(process.env.GITHUB_STATE, `stage=${stage === 'pre' ? 'main' : 'post'}\n`);
appendFileSync(process.env.GITHUB_OUTPUT, `said=${process.env.INPUT_GREETING.toUpperCase()}\n`);
