import { describe, expect, it } from 'vitest';
import { buttons, commandOfButton } from '../../src/command/button.ts';
import { commandsIn } from '../../src/command/parse.ts';

describe('a button', () => {
  it.each(Object.entries(buttons))('%s fits what GitHub shows', (name, { label, description, identifier }) => {
    expect(identifier).toBe(name);
    expect(label.length).toBeLessThanOrEqual(20);
    expect(description.length).toBeLessThanOrEqual(40);
    expect(identifier.length).toBeLessThanOrEqual(20);
  });

  it.each(Object.keys(buttons))('%s does what its command does when it is typed', (name) => {
    const command = commandOfButton(name, 'late');

    expect(command).not.toBeNull();
    expect(commandsIn(command?.line ?? '')).toEqual([command]);
  });

  it('that we never made does nothing', () => {
    for (const name of ['train', 'freeze', '', 'constructor', 'override-gate']) {
      expect(commandOfButton(name, 'late')).toBeNull();
    }
  });
});
