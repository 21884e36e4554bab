import { existsSync } from 'node:fs';
import { run as runProbot } from 'probot';
import { AppError } from '../src/error.ts';
import { configFrom } from './config.ts';
import { startApp } from './server.ts';
import { stopOnSignal } from './stop.ts';

// The set-up page writes this file.
if (existsSync('.env')) process.loadEnvFile('.env');
const config = configFrom(process.env);
switch (config.kind) {
  case 'set-up':
    await setUp();
    break;
  case 'invalid':
    for (const problem of config.problems) console.error(problem);
    process.exitCode = 2;
    break;
  case 'run':
    await start();
    break;
  default:
    config satisfies never;
}

/** Probot's own set-up: a page on this machine that registers the App of app.yml on GitHub and writes `.env`. */
async function setUp(): Promise<void> {
  console.log('There is no GitHub App yet. Open the address below, register one, and run `npm start` again.');
  // The page hands out the new App's keys to whoever opens it, so it is served to this machine only.
  const env = { ...process.env, HOST: 'localhost', LOG_LEVEL: 'info' as const };
  await runProbot(() => {}, { env });
}

async function start(): Promise<void> {
  if (config.kind !== 'run') return;
  try {
    const app = await startApp(config.options);
    stopOnSignal(app);
    void app.lost.then((error) => {
      console.error(error.message);
      process.exit(1);
    });
  } catch (error) {
    console.error(error instanceof AppError ? error.message : error);
    process.exitCode = 1;
  }
}
