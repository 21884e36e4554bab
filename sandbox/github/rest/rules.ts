import { type Answer, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';

export const ruleRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/rules/branches/{branch}', {
    permissions: 'metadata:read',
    handle: listRules,
  }),
];

/** All rules that are active for a branch, of whichever ruleset; one rule here holds all required checks. */
function listRules({ repository, params }: RepositoryCall): Answer {
  const required = repository.requiredChecks.filter(({ branch }) => branch === params['branch']);
  const rule = {
    type: 'required_status_checks',
    parameters: {
      strict_required_status_checks_policy: false,
      required_status_checks: required.map(({ context, appId }) => ({
        context,
        ...(appId === null ? {} : { integration_id: appId }),
      })),
    },
    ruleset_source_type: 'Repository',
    ruleset_source: `${repository.owner.login}/${repository.name}`,
    ruleset_id: 1,
  };
  return { status: 200, json: required.length === 0 ? [] : [rule] };
}
