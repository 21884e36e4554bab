import { readFileSync } from 'node:fs';

/** The workflow that is installed into a repository, as this version of Siskin ships it. */
export function readWorkflowTemplate(): string {
  return readFileSync(new URL('../../templates/workflows/siskin.yml', import.meta.url), 'utf8');
}

/** What keeps a repository's data outside git. */
export interface DataStorage {
  readonly hasLfs: boolean;
  readonly hasDvc: boolean;
}

/** Every way in which data may be kept, each with a workflow of its own. */
export const dataStorages: readonly DataStorage[] = [false, true].flatMap((hasLfs) =>
  [false, true].map((hasDvc) => ({ hasLfs, hasDvc })),
);

/** The template, fitted to where a repository keeps its data: what Git LFS keeps is checked out, what DVC keeps pulled. */
export function workflowFor(template: string, { hasLfs, hasDvc }: DataStorage): string {
  const checkouts = hasLfs ? template.replaceAll(/^( +)persist-credentials: false\n/gm, '$&$1lfs: true\n') : template;
  if (!hasDvc) return checkouts;
  return checkouts
    .replace('      - name: Train\n', `${pullBeforeTraining}$&`)
    .replace('      - name: Evaluate\n', `${pullBeforeEvaluating}$&`);
}

/**
 * Credentials go where the configuration says, and the pull request's may say anything: so the base branch's is used.
 * Those of the step end with it; the training command, which runs later, has none.
 */
const credentials = `        # Read-only credentials of the DVC remote belong here, in no other step, and as secrets, e.g. for S3:
        # env:
        #   AWS_ACCESS_KEY_ID: \${{ secrets.DVC_ACCESS_KEY_ID }}
        #   AWS_SECRET_ACCESS_KEY: \${{ secrets.DVC_SECRET_ACCESS_KEY }}
`;

const install = `          python3 -m venv "$RUNNER_TEMP/dvc"
          "$RUNNER_TEMP/dvc/bin/pip" install --quiet 'dvc[all]==3.67.1'
          echo "$RUNNER_TEMP/dvc/bin" >> "$GITHUB_PATH"
`;

const pullBeforeTraining = `      - name: Check out where the base branch keeps its data
        uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          ref: \${{ fromJSON(inputs.plan).base }}
          path: .siskin-base
          sparse-checkout: .dvc
          persist-credentials: false
      - name: Pull the data
${credentials}        run: |
${install}          cp .siskin-base/.dvc/config .dvc/config
          rm -rf .siskin-base
          "$RUNNER_TEMP/dvc/bin/dvc" pull
`;

const pullBeforeEvaluating = `      - name: Pull the data
${credentials}        run: |
${install}          cp base/.dvc/config head/.dvc/config
          for commit in base head; do
            (cd "$commit" && "$RUNNER_TEMP/dvc/bin/dvc" pull)
          done
`;
