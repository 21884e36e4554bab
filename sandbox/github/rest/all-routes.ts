import type { Route } from '../routes.ts';
import { appRoutes } from './apps.ts';
import { checkRoutes } from './checks.ts';
import { compareRoutes } from './compare.ts';
import { contentRoutes } from './contents.ts';
import { deploymentRoutes } from './deployments.ts';
import { environmentRoutes } from './environments.ts';
import { commitRoutes } from './git-commits.ts';
import { gitDataRoutes } from './git-data.ts';
import { issueRoutes } from './issues.ts';
import { labelRoutes } from './labels.ts';
import { metaRoutes } from './meta.ts';
import { peopleRoutes } from './people.ts';
import { pullRoutes } from './pulls.ts';
import { reactionRoutes } from './reactions.ts';
import { releaseRoutes } from './releases.ts';
import { repositoryRoutes } from './repositories.ts';
import { reviewRoutes } from './reviews.ts';
import { ruleRoutes } from './rules.ts';
import { statusRoutes } from './statuses.ts';
import { teamRoutes } from './teams.ts';

/** The REST operations that need nothing but the world; webhooks, manifests and Actions bring their own. */
export const allRoutes: readonly Route[] = [
  ...repositoryRoutes,
  ...contentRoutes,
  ...gitDataRoutes,
  ...commitRoutes,
  ...compareRoutes,
  ...pullRoutes,
  ...reviewRoutes,
  ...ruleRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...reactionRoutes,
  ...checkRoutes,
  ...statusRoutes,
  ...deploymentRoutes,
  ...environmentRoutes,
  ...releaseRoutes,
  ...peopleRoutes,
  ...teamRoutes,
  ...appRoutes,
  ...metaRoutes,
];
