import { createHmac } from 'node:crypto';

/** Signs claims as a JSON Web Token with HS256. */
export function signToken(claims: object, secret: string): string {
  const head = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${head}.${body}.${signatureOf(`${head}.${body}`, secret)}`;
}

/** The reason why a token is refused, in the words of the jsonwebtoken library; undefined where it is good. */
export function tokenRefusal(token: string, secret: string): string | undefined {
  const [head, body, signature] = token.split('.');
  if (head === undefined || body === undefined || signature === undefined) return 'jwt malformed';
  return signatureOf(`${head}.${body}`, secret) === signature ? undefined : 'invalid signature';
}

function signatureOf(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}
