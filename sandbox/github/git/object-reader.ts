import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { ObjectType } from './git-object.ts';
import { gitEnvironment } from './spawn-git.ts';

export interface RawObject {
  readonly sha: string;
  readonly type: ObjectType;
  readonly size: number;
  /** Empty when only the header was asked for. */
  readonly content: Buffer;
}

interface Question {
  readonly wantsContent: boolean;
  readonly resolve: (object: RawObject | null) => void;
  readonly reject: (error: Error) => void;
}

/** One long-lived `git cat-file` that answers in the order it is asked; started by the first question. */
export class ObjectReader implements AsyncDisposable {
  readonly #folder: string;
  #child: ChildProcessWithoutNullStreams | null = null;
  #questions: Question[] = [];
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes that must be there before parsing again makes sense; spares joining the chunks of a big blob each time. */
  #wanted = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The object that a revision names, or null. */
  read(revision: string): Promise<RawObject | null> {
    return this.#ask('contents', revision);
  }

  /** As `read`, without the content. */
  inspect(revision: string): Promise<RawObject | null> {
    return this.#ask('info', revision);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child !== null && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      // When nothing else is left, the process would otherwise end before it hears of this child's end.
      child.ref();
      child.stdin.end();
      await ended;
    }
  }

  #ask(verb: 'contents' | 'info', revision: string): Promise<RawObject | null> {
    if (/[\s\0]/.test(revision) || revision === '') {
      return Promise.resolve(null);
    }
    return new Promise((resolve, reject) => {
      const child = this.#running();
      this.#questions.push({ wantsContent: verb === 'contents', resolve, reject });
      child.stdin.write(`${verb} ${revision}\n`);
    });
  }

  #running(): ChildProcessWithoutNullStreams {
    if (this.#child !== null) {
      return this.#child;
    }
    const child = spawn('git', ['cat-file', '--batch-command'], { cwd: this.#folder, env: gitEnvironment() });
    child.stdout.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      if (this.#length >= this.#wanted) {
        this.#parse();
      }
    });
    child.stdin.on('error', () => {});
    const fail = (reason: string) => {
      this.#child = null;
      for (const question of this.#questions.splice(0)) {
        question.reject(new Error(`git cat-file ended: ${reason}`));
      }
    };
    child.on('error', (error) => fail(error.message));
    child.on('close', (status) => fail(`status ${status}`));
    // Does not keep a test process alive whose sandbox was forgotten.
    child.unref();
    this.#child = child;
    return child;
  }

  #parse(): void {
    let buffer =
      this.#chunks.length === 1 && this.#chunks[0] !== undefined ? this.#chunks[0] : Buffer.concat(this.#chunks);
    for (;;) {
      const question = this.#questions[0];
      const end = buffer.indexOf(0x0a);
      this.#wanted = 0;
      if (question === undefined || end === -1) {
        break;
      }
      const match = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)$/.exec(buffer.toString('utf8', 0, end));
      if (match === null) {
        this.#questions.shift();
        question.resolve(null);
        buffer = buffer.subarray(end + 1);
        continue;
      }
      const size = Number(match[3]);
      const after = question.wantsContent ? end + 1 + size + 1 : end + 1;
      if (buffer.length < after) {
        this.#wanted = after;
        break;
      }
      this.#questions.shift();
      question.resolve({
        sha: match[1] ?? '',
        // The expression admits only these four.
        type: match[2] as ObjectType,
        size,
        content: question.wantsContent ? Buffer.from(buffer.subarray(end + 1, end + 1 + size)) : Buffer.alloc(0),
      });
      buffer = buffer.subarray(after);
    }
    this.#chunks = buffer.length === 0 ? [] : [buffer];
    this.#length = buffer.length;
  }
}
