import { describe, expect, it } from 'vitest';
import { signedForAws } from '../../src/rollout/aws-signature.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const common = { service: 'service', region: 'us-east-1', credentials, at: Date.parse('2015-08-30T12:36:00Z') };

/** The published test suite of Signature Version 4. */
describe('a signature for AWS', () => {
  it.each([
    [
      'get-vanilla',
      { method: 'GET', url: 'https://example.amazonaws.com/' },
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-vanilla-query-order-key-case',
      { method: 'GET', url: 'https://example.amazonaws.com/?Param2=value2&Param1=value1' },
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'post-vanilla',
      { method: 'POST', url: 'https://example.amazonaws.com/' },
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'post-x-www-form-urlencoded',
      {
        method: 'POST',
        url: 'https://example.amazonaws.com/',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'Param1=value1',
      },
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('is that of %s', (_, request, signature) => {
    expect(signedForAws({ ...common, ...request })['authorization']).toContain(`Signature=${signature}`);
  });

  it('covers the token of temporary credentials', () => {
    const headers = signedForAws({
      ...common,
      method: 'POST',
      url: 'https://example.amazonaws.com/',
      credentials: { ...credentials, sessionToken: 'token' },
    });

    expect(headers).toMatchObject({
      'x-amz-security-token': 'token',
      authorization: expect.stringContaining('host;x-amz-date;x-amz-security-token,'),
    });
  });
});
