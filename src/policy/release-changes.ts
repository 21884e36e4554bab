import { quoted } from './quoted.ts';
import type { ReleasePolicy } from './release-policy.ts';

type Release = ReleasePolicy | undefined;

/** What an edit changes about how versions are released, one sentence each; what lets more through says so. */
export function releaseChanges(before: Release, after: Release): readonly string[] {
  return [
    ...(before?.automatic === after?.automatic
      ? []
      : [after?.automatic === true ? 'proposes releases by itself.' : 'proposes no release by itself any more.']),
    ...(before?.store === after?.store
      ? []
      : [`changes \`release.store\` from ${storeText(before)} to ${storeText(after)}.`]),
    ...signatureChanges(before, after),
    ...waiverChanges(before, after),
  ];
}

function storeText(release: Release): string {
  return release?.store === undefined ? 'the releases of the repository' : quoted(release.store);
}

function signatureChanges(before: Release, after: Release): readonly string[] {
  const [old, now] = [signers(before), signers(after)];
  if (old === null && now === null) return [];
  if (now === null) return ['asks for no signature of a release any more (loosened).'];
  if (old === null) return [`asks for a signature of a release, by ${[...now].join(' or ')}.`];
  return [
    ...[...now].filter((one) => !old.has(one)).map((one) => `takes signatures of releases by ${one} (loosened).`),
    ...[...old].filter((one) => !now.has(one)).map((one) => `takes no signatures of releases by ${one} any more.`),
  ];
}

function signers(release: Release): ReadonlySet<string> | null {
  if (release?.signature === undefined) return null;
  const { keys, identities } = release.signature;
  return new Set([
    // The lines around it are the same for all keys.
    ...keys.map((pem) => `the key ${quoted(pem.replaceAll(/-----[^-]+-----|\s/g, '').slice(-24))}`),
    ...identities.map(({ subject, issuer }) => `${quoted(subject)} of ${quoted(issuer)}`),
  ]);
}

function waiverChanges(before: Release, after: Release): readonly string[] {
  const [old, now] = [before?.waivers ?? [], after?.waivers ?? []];
  const has = (all: typeof old, format: string) => all.some((one) => one.format === format);
  return [
    ...now
      .filter(({ format }) => !has(old, format))
      .map(({ format, reason }) => `releases ${formatText(format)}, because ${quoted(reason)} (loosened).`),
    ...old.filter(({ format }) => !has(now, format)).map(({ format }) => `no longer releases ${formatText(format)}.`),
  ];
}

function formatText(format: string): string {
  return `files of the format \`${format}\`, which loading may let run code`;
}
