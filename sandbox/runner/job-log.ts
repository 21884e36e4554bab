/** The log of one job: each line stamped with the time, secrets blotted out. */
export interface JobLog {
  write(line: string): void;
  /** From now on this text appears as `***`. */
  mask(secret: string): void;
  /** The text with all secrets blotted out, as annotations and summaries need it. */
  masked(text: string): string;
}

/** A log that hands each finished line, with its line end, to `append`. */
export function createJobLog(append: (text: string) => void): JobLog {
  const secrets = new Set<string>();
  let ordered: readonly string[] = [];
  const masked = (text: string) => ordered.reduce((masking, secret) => masking.replaceAll(secret, '***'), text);
  return {
    masked,
    write: (text) => {
      const time = `${new Date().toISOString().slice(0, -1)}0000Z`;
      append(
        masked(text)
          .split('\n')
          .map((line) => `${time} ${line}\n`)
          .join(''),
      );
    },
    mask: (secret) => {
      for (const form of formsOf(secret)) {
        secrets.add(form);
      }
      // The longest first, so that a secret inside another leaves no rest of it.
      ordered = [...secrets].sort((left, right) => right.length - left.length);
    },
  };
}

// Also as it would be printed in JSON, in a URL, or in an Authorization header.
function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.trim() !== '');
  return [secret, ...lines].flatMap((text) =>
    text.trim() === ''
      ? []
      : [
          text,
          JSON.stringify(text).slice(1, -1),
          encodeURIComponent(text),
          Buffer.from(text).toString('base64'),
          Buffer.from(`x-access-token:${text}`).toString('base64'),
        ],
  );
}
