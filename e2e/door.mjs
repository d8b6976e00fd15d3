// A browser with an authenticator of its own, and the door as its user goes through it.

/** The door of a server under the name that passkeys belong to; an address of numbers has none. */
export function door(server) {
  const home = server.url.replace('127.0.0.1', 'localhost');
  const pathOf = (page) => new URL(page.url()).pathname;
  const go = (page, path) => page.goto(home + path);

  async function device(page, options = {}) {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
        hasPrf: true,
        ...options,
      },
    });
    return {
      call: (what, values = {}) => cdp.send(`WebAuthn.${what}`, { authenticatorId, ...values }),
      remove: () => cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
    };
  }

  async function byPassword(page, role, password) {
    const account = server.account(role);
    await go(page, '/sign-in');
    await page.locator('[name="login"]').fill(account.login);
    await page.locator('[name="password"]').fill(password ?? account.password);
    await Promise.all([
      page.waitForURL((url) => url.pathname !== '/sign-in'),
      page.locator('form:has([name="password"]) button[type="submit"]').click(),
    ]);
    return account;
  }

  async function enrol(page) {
    await go(page, '/account/passkeys/new');
    await Promise.all([
      page.waitForURL((url) => url.pathname === '/account'),
      page.locator('form[data-key="create"] button[type="submit"]').click(),
    ]);
  }

  const byPasskey = (page) => page.locator('form[data-key="get"] button[type="submit"]').click();

  async function signOut(page) {
    await go(page, '/account');
    await Promise.all([
      page.waitForURL((url) => url.pathname === '/sign-in'),
      page.locator('form[action="/sign-out"] button').click(),
    ]);
  }

  return { home, pathOf, go, device, byPassword, enrol, byPasskey, signOut };
}
