import * as core from '@actions/core';

/** A multi-line input as its lines that are not empty. */
export function linesInput(name: string): readonly string[] {
  return core.getMultilineInput(name).filter((line) => line !== '');
}
