import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleAction, startWorld } from './world.ts';

let action: Awaited<ReturnType<typeof bundleAction>>;
beforeAll(async () => {
  action = await bundleAction();
});
afterAll(() => action[Symbol.asyncDispose]());

describe('a workflow of two jobs', () => {
  it('hands a file from one to the other through the official artifact client', async () => {
    await using world = await startWorld(
      `
name: Two
run-name: two \${{ inputs.word }}
on:
  workflow_dispatch:
    inputs:
      word:
        required: true
jobs:
  make:
    runs-on: ubuntu-latest
    outputs:
      digest: \${{ steps.up.outputs.digest }}
    steps:
      - uses: actions/checkout@v6
      - uses: ada/echo@v1
        id: up
        with:
          do: upload
          text: \${{ inputs.word }}
          times: 3000000
  take:
    needs: make
    runs-on: ubuntu-latest
    outputs:
      text: \${{ steps.down.outputs.text }}
    steps:
      - uses: ada/echo@v1
        id: down
        with: { do: download }
      - run: test "\${{ steps.down.outputs.length }}" = 15000000
      - run: test -n "\${{ needs.make.outputs.digest }}"
`,
      { actions: { 'ada/echo': action.folder } },
    );

    const report = await world.run({ word: 'hello' });

    expect(report.jobs).toEqual({ make: 'success', take: 'success' });
    expect(report.run.name).toBe('two hello');
    expect(report.summary('make')).toContain('Uploaded note');
  });
});
