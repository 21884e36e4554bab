import { digestOf } from '../../digest.ts';

/** What a Content-Security-Policy calls a style sheet that it lets through (https://www.w3.org/TR/CSP3/#source-list-syntax). */
export function styleHash(style: string): string {
  return `sha256-${Buffer.from(digestOf(style).slice('sha256:'.length), 'hex').toString('base64')}`;
}
