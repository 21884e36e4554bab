import type { Route } from '../routes.ts';
import { appRoutes } from './apps.ts';
import { checkRoutes } from './checks.ts';
import { compareRoutes } from './compare.ts';
import { contentRoutes } from './contents.ts';
import { commitRoutes } from './git-commits.ts';
import { gitDataRoutes } from './git-data.ts';
import { issueRoutes } from './issues.ts';
import { labelRoutes } from './labels.ts';
import { pullRoutes } from './pulls.ts';
import { reactionRoutes } from './reactions.ts';
import { repositoryRoutes } from './repositories.ts';

/** Every REST operation of the local GitHub but those of Actions. */
export const allRoutes: readonly Route[] = [
  ...repositoryRoutes,
  ...contentRoutes,
  ...gitDataRoutes,
  ...commitRoutes,
  ...compareRoutes,
  ...pullRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...reactionRoutes,
  ...checkRoutes,
  ...appRoutes,
];
