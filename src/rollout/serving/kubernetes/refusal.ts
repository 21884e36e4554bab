import { AppError } from '../../../error.ts';
import type { ApiAnswer } from './api.ts';
import { describeObject, type Place } from './object.ts';

/** An answer that is no success, as an error that says what to do: which verb on which resource is not allowed, what is gone, what was refused. */
export function refusalOf(place: Place, verb: string, answer: ApiAnswer): AppError {
  const { cluster, resource } = place;
  const { status, json, said, retryAfterSeconds } = answer;
  const what = describeObject(place);
  const found = `status ${status}${said === '' ? '' : ` (${said})`}`;
  const isDenied = /^admission webhook /.test(said);
  if (isDenied || status === 400 || status === 422) {
    const text = `expected \`${cluster.name}\` to take the change of ${what}, found ${found}; correct what it names`;
    return new AppError('bad-config', text);
  }
  switch (status) {
    case 401: {
      const fix = 'renew the token or certificate of the connection';
      return new AppError(
        'not-permitted',
        `expected \`${cluster.name}\` to accept the credential, found ${found}; ${fix}`,
      );
    }
    case 403:
      return new AppError('not-permitted', `expected ${mayNot(place, verb)}, found ${found}; ${roleFor(place, verb)}`);
    case 404: {
      // An API that is not installed is answered by the server itself, and not by a Status of the kind.
      if (said === '' || json === null || /could not find the requested resource/.test(said)) {
        const text = `expected the API ${resource.group}/${resource.version} with ${resource.plural} in \`${cluster.name}\`, found none; install it`;
        return new AppError('not-found', text);
      }
      const text = `expected ${what}, found none; create it, or look whether its namespace was deleted`;
      return new AppError('not-found', text);
    }
    case 409: {
      const text = `expected ${what} to stand still for one change, found that somebody else changed it each time; it is tried again`;
      return new AppError('unavailable', text);
    }
    default: {
      const isRedirect = status >= 300 && status < 400;
      const fix = isRedirect ? 'name the address that answers itself' : 'it is asked again later';
      const text = `expected an answer of \`${cluster.name}\` about ${what}, found ${found}; ${fix}`;
      return new AppError('unavailable', text, { retryAfterSeconds });
    }
  }
}

/** What a credential must be allowed, in words. */
export function mayNot({ cluster, resource }: Pick<Place, 'cluster' | 'resource'>, verb: string): string {
  return `that the credential of \`${cluster.name}\` may ${verb} ${resource.plural}.${resource.group} in namespace ${cluster.namespace}`;
}

/** How that is given. */
export function roleFor({ resource }: Pick<Place, 'resource'>, verb: string): string {
  return `give it a Role with verb ${verb} on ${resource.plural}`;
}
