import { z } from 'zod';

/**
 * The name of a connection: an address with its credentials, which the operator of the App (or the environment's runner)
 * keeps in a file of connections. A policy only names it, so that nobody who can edit a policy reaches another address.
 */
export const ConnectionName = z
  .string()
  // `constructor` is the one name of this form that every JavaScript object already has.
  .regex(/^(?!constructor$)[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63');
