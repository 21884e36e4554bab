import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import wabt from 'wabt';

const { parseWat } = await wabt();

/** The inner loops of profiles as WebAssembly text, and the module that is made from it. */
export const numberKernelSource = 'src/data/number-kernel.wat';
export const numberKernelFile = 'src/data/number-kernel-code.ts';

/** The text of numberKernelFile. Throws where the source does not parse or validate. */
export function numberKernelModule(root: string): string {
  const source = parseWat(numberKernelSource, readFileSync(join(root, numberKernelSource), 'utf8'));
  source.validate();
  const code = Buffer.from(source.toBinary({}).buffer).toString('base64');
  return `/** number-kernel.wat as WebAssembly, base64. Made by \`npm run generate\`. */\nexport const numberKernelCode =\n  '${code}';\n`;
}
