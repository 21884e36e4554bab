import { z } from 'zod';
import { askApi } from './api.ts';
import type { Place } from './object.ts';
import { mayNot, refusalOf, roleFor } from './refusal.ts';

const Review = z.looseObject({ status: z.looseObject({ allowed: z.boolean(), reason: z.string().optional() }) });

/** What the credential may not do of what is needed, by asking the API server about itself; every user may ask that. */
export async function accessProblems(
  place: Place,
  verbs: readonly string[],
  subresource = '',
): Promise<readonly string[]> {
  const { cluster, name } = place;
  const { group, version, plural } = place.resource;
  const shown = subresource === '' ? plural : `${plural}/${subresource}`;
  const named = { ...place, resource: { ...place.resource, plural: shown } };
  const answers = verbs.map(async (verb) => {
    const resourceAttributes = {
      namespace: cluster.namespace,
      verb,
      group,
      version,
      resource: plural,
      name,
      ...(subresource === '' ? {} : { subresource }),
    };
    const answer = await askApi(cluster, {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
    });
    const review = Review.safeParse(answer.json);
    if (answer.status !== 201 || !review.success) return [refusalOf(named, verb, answer).message];
    return review.data.status.allowed
      ? []
      : [`expected ${mayNot(named, verb)}, found that it may not; ${roleFor(named, verb)}`];
  });
  return (await Promise.all(answers)).flat();
}
