// A real OpenID Connect provider for the tests: node oidc_provider.mjs ISSUER CALLBACK
import { Provider } from "oidc-provider";

const [issuer, callback] = process.argv.slice(2);
const people = {
  kim: { email: "kim@example.org", email_verified: true, name: "Kim Min-ji" },
  // Says an address that nobody checked.
  lee: { email: "lee@example.org", email_verified: false, name: "Lee" },
  // Says it with a word where a boolean is due.
  cho: { email: "cho@example.org", email_verified: "true", name: "Cho" },
  seo: { name: "Seo", groups: ["city-team", "runners"], address: { locality: "Haneul" } },
  // Whose groups are told by the userinfo endpoint alone, though the ID token has an address.
  han: { email: "han@example.org", email_verified: true, groups: ["city-team"], early: ["email", "email_verified"] },
  nobody: {},
};
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "madang",
      client_secret: "a secret of thirty-two characters",
      redirect_uris: [callback],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  pkce: { required: () => true },
  cookies: { keys: ["one key for the tests"] },
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    // As Core 5.4 has it: what a scope does not ask for is not told.
    profile: ["name", "nickname", "preferred_username"],
    address: ["address"],
    groups: ["groups"],
  },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) => {
    const { groups, early = [], ...known } = people[id.replace(/-left$/, "")] ?? {};
    const left = id.endsWith("-left");
    const all = { ...known, ...(groups && !left ? { groups } : {}) };
    const told = (use) => Object.entries(all).filter(([name]) => use === "userinfo" || early.includes(name));
    return { accountId: id, claims: (use) => ({ sub: id, ...Object.fromEntries(told(use)) }) };
  },
});
provider.listen(Number(new URL(issuer).port), "127.0.0.1", () => console.log("ready"));
