import { isLoosening } from '../policy/compare.ts';
import { policyPath } from '../policy/policy.ts';
import type { Rule } from './rule.ts';

/** Edits of the policy that make a check easier to pass, told by the comparison that the App shows too. */
export const gateLoosened: Rule = {
  name: 'gate-loosened',
  title: 'The policy would be easier to pass',
  reason:
    'a gate that is moved in the change that it would stop protects nothing; this change is still judged by the old one',
  fix: 'put it into a pull request of its own that says why, or take the edit back',
  places: ({ proposed }) =>
    proposed === null
      ? []
      : [
          ...proposed.problems.map(
            (problem) => `the edited policy cannot be used, so nothing would be checked: ${problem}`,
          ),
          ...proposed.changes.filter(isLoosening).map((change) => change.replace(/ \(loosened\)\.$/, '')),
        ].map((found) => ({ path: policyPath, line: null, found })),
};
