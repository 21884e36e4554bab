import type { RunningStep } from './run-step.ts';
import { parseCommand, type WorkflowCommand } from './workflow-command.ts';

/** GitHub shows at most this many annotations of each level from one step. */
const annotationsLimit = 10;

const levels = { notice: 'notice', warning: 'warning', error: 'failure' } as const;

/** Writes a step's output to the job's log and obeys the commands in it. `problems` tells what makes the step fail. */
export function createLineReader(step: RunningStep): {
  readonly read: (line: string) => void;
  readonly problems: () => readonly string[];
} {
  const { log } = step.session;
  const problems: string[] = [];
  const shown = { notice: 0, warning: 0, error: 0 };
  let resumeToken: string | null = null;
  return {
    problems: () => problems,
    read: (line) => {
      const command = parseCommand(line);
      if (resumeToken !== null) {
        if (command?.name === resumeToken.toLowerCase()) {
          resumeToken = null;
        }
        log.write(line);
      } else if (command === null) {
        log.write(line);
      } else if (command.name === 'stop-commands') {
        resumeToken = command.data;
        log.write(line);
      } else {
        obey(command, line);
      }
    },
  };

  function obey(command: WorkflowCommand, line: string): void {
    switch (command.name) {
      case 'notice':
      case 'warning':
      case 'error':
        log.write(`##[${command.name}]${command.data}`);
        shown[command.name] += 1;
        if (shown[command.name] <= annotationsLimit) {
          annotate(step, levels[command.name], command);
        }
        return;
      case 'group':
        log.write(`##[group]${command.data}`);
        return;
      case 'endgroup':
        log.write('##[endgroup]');
        return;
      case 'add-mask':
        log.mask(command.data);
        return;
      // Debug lines are shown only in runs that were started with debug logging.
      case 'debug':
      case 'echo':
      case 'add-matcher':
      case 'remove-matcher':
        return;
      case 'set-output':
      case 'save-state':
      case 'set-env':
      case 'add-path':
        problems.push(
          `The \`${command.name}\` command is disabled. Write to the environment files instead: $GITHUB_OUTPUT, $GITHUB_STATE, $GITHUB_ENV, $GITHUB_PATH.`,
        );
        return;
      default:
        log.write(line);
    }
  }
}

function annotate(step: RunningStep, level: 'notice' | 'warning' | 'failure', command: WorkflowCommand): void {
  const { session } = step;
  const line = Number.parseInt(command.properties['line'] ?? '', 10);
  session.machine.backend.addAnnotation(session.order.jobId, {
    level,
    message: session.log.masked(command.data),
    title: command.properties['title'] ?? null,
    path: command.properties['file'] ?? null,
    line: Number.isNaN(line) ? null : line,
  });
}
