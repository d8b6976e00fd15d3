// A small identity provider that can be told to misbehave: what a well-made one refuses to do. It lets
// everybody in at once as `who`, and keeps to OpenID Connect otherwise.

import { createHash, createHmac, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import http from 'node:http';

const b64 = (data) => Buffer.from(data).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

function newKey(kid) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' } };
}

/** Signs claims as the provider does; `alg` may also be one that nobody should believe. */
export function token(key, claims, { alg = 'RS256', typ = 'JWT', kid = key.kid } = {}) {
  const message = `${b64(JSON.stringify({ alg, typ, kid }))}.${b64(JSON.stringify(claims))}`;
  const pem = () => createPublicKey(key.privateKey).export({ format: 'pem', type: 'spki' });
  const signature = {
    RS256: () => sign('sha256', Buffer.from(message), key.privateKey),
    HS256: () => createHmac('sha256', pem()).update(message).digest(),
    none: () => '',
  };
  return `${message}.${b64(signature[alg]())}`;
}

/**
 * Starts it. Answers `{ issuer, key, who, odd, asked, rotate(), close() }`; `odd` may hold `claims` (laid over the
 * right ones), `head` (of the token), `iss` (sent back with the browser), `state`, `down` (after the browser was sent back), `keep` (codes work again).
 */
export async function startProvider({ client = 'pristan' } = {}) {
  const codes = new Map();
  const provider = { key: newKey('one'), who: 'somebody', odd: {}, asked: [], sent: null };
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, provider.issuer);
    const json = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    provider.asked.push(url.pathname);
    if (provider.odd.down && url.pathname !== '/auth') return json(500, {});
    if (url.pathname === '/.well-known/openid-configuration') {
      return json(200, {
        issuer: provider.odd.names ?? provider.issuer,
        authorization_endpoint: `${provider.issuer}/auth`,
        token_endpoint: provider.odd.tokenEndpoint ?? `${provider.issuer}/token`,
        jwks_uri: `${provider.issuer}/jwks`,
        end_session_endpoint: `${provider.issuer}/end`,
        authorization_response_iss_parameter_supported: true,
      });
    }
    if (url.pathname === '/jwks') return json(200, { keys: [provider.key.jwk] });
    if (url.pathname === '/auth') {
      const asked = Object.fromEntries(url.searchParams);
      const code = randomBytes(16).toString('hex');
      codes.set(code, asked);
      const back = new URL(asked.redirect_uri);
      back.searchParams.set('code', code);
      back.searchParams.set('state', provider.odd.state ?? asked.state);
      back.searchParams.set('iss', provider.odd.iss ?? provider.issuer);
      provider.sent = back.href;
      response.writeHead(303, { location: back.href });
      return response.end();
    }
    if (url.pathname === '/token') {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        const form = new URLSearchParams(body);
        const asked = codes.get(form.get('code'));
        const proof = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
        if (!asked || proof !== asked.code_challenge || asked.code_challenge_method !== 'S256') {
          return json(400, { error: 'invalid_grant' });
        }
        if (!provider.odd.keep) codes.delete(form.get('code'));
        const claims = {
          iss: provider.issuer,
          sub: provider.who,
          aud: client,
          iat: now(),
          exp: now() + 300,
          nonce: asked.nonce,
          ...provider.odd.claims,
        };
        return json(200, { access_token: 'x', token_type: 'Bearer', id_token: token(provider.key, claims, provider.odd.head) });
      });
      return undefined;
    }
    return json(404, {});
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  provider.issuer = `http://127.0.0.1:${server.address().port}`;
  provider.rotate = () => {
    provider.key = newKey('two');
  };
  /** A logout token about `who`, with anything laid over it. */
  provider.logout = (over = {}, head = {}) =>
    token(
      provider.key,
      {
        iss: provider.issuer,
        sub: provider.who,
        aud: client,
        iat: now(),
        exp: now() + 120,
        jti: randomBytes(8).toString('hex'),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        ...over,
      },
      { typ: 'logout+jwt', ...head },
    );
  provider.close = () => new Promise((resolve) => server.close(resolve));
  return provider;
}
