import type { Person } from './product.ts';
import { demoUsers, signIn, type DemoUser, type Product } from './product.ts';

/** What the contract says of alerts and cases; nothing else is used here, so that this is what an outside script could do. */
export interface ApiAlert {
  readonly id: string;
  readonly state: string;
  readonly eventType: string;
  readonly camera: string;
  readonly zone: string | null;
  readonly raisedAt: string;
  readonly repeats: number;
  readonly case?: { readonly id: string } | null;
  readonly evidence: { readonly original: string | null; readonly annotated: string | null; readonly before: string | null; readonly clip: string | null; readonly manifest: string | null };
}
export interface ApiCase {
  readonly id: string;
  readonly number: string;
  readonly version: number;
  readonly state: string;
  readonly round: number;
  readonly leadUnit: { readonly id: string } | null;
  readonly history: readonly { readonly action: string; readonly to: string }[];
}

/** The demo's people at their desks, signed in when first needed. */
export class Shift {
  readonly product: Product;
  readonly users: readonly DemoUser[];
  readonly #people = new Map<string, Promise<Person>>();

  constructor(product: Product) {
    this.product = product;
    this.users = demoUsers(product.dataDir);
  }

  person(username: string): Promise<Person> {
    const user = this.users.find((u) => u.username === username);
    if (user === undefined) throw new Error(`no demo user ${username}`);
    const present = this.#people.get(username) ?? signIn(this.product.url, user.username, user.password);
    this.#people.set(username, present);
    return present;
  }

  handlerOf(unit: string): Promise<Person> {
    const user = this.users.find((u) => u.unit === unit && (u.roles.includes('handler') || u.roles.includes('district')));
    if (user === undefined) throw new Error(`no demo user handles for ${unit}`);
    return this.person(user.username);
  }

  async case(id: string): Promise<ApiCase> {
    return (await this.person('duty')).get<ApiCase>(`/api/cases/${id}`);
  }

  /** Does what GET …/actions offers to this person; fails when it is not offered. */
  async act(who: Promise<Person>, id: string, action: string, input: unknown = {}): Promise<ApiCase> {
    const person = await who;
    const offers = await person.get<readonly { action: string }[]>(`/api/cases/${id}/actions`);
    if (!offers.some((o) => o.action === action)) throw new Error(`${action} is not offered; there are ${offers.map((o) => o.action).join(', ')}`);
    const { version } = await person.get<ApiCase>(`/api/cases/${id}`);
    return person.post<ApiCase>(`/api/cases/${id}/actions`, { action, version, input });
  }

  /** An operator claims and confirms. @returns id of the case */
  async confirm(alert: ApiAlert): Promise<string> {
    const operator = await this.person('operator');
    await operator.post(`/api/alerts/${alert.id}/claim`);
    const confirmed = await operator.post<ApiAlert>(`/api/alerts/${alert.id}/confirm`);
    return confirmed.case!.id;
  }

  async dispatch(id: string): Promise<ApiCase> {
    await this.act(this.person('duty'), id, 'file');
    return this.act(this.person('dispatcher'), id, 'dispatch');
  }

  /** The unit accepts and feeds back with a picture. */
  async handle(id: string, picture: Uint8Array): Promise<ApiCase> {
    const { leadUnit } = await this.case(id);
    const handler = this.handlerOf(leadUnit!.id);
    await this.act(handler, id, 'accept');
    const media = await (await handler).upload(picture, 'after.jpg', 'image/jpeg');
    return this.act(handler, id, 'feedback', { outcome: 'done', note: '已劝离，路面已恢复', media: [media] });
  }

  /** A district that looks at feedback first passes it on. */
  async verifiable(id: string): Promise<void> {
    if ((await this.case(id)).state !== 'feedback_review') return;
    for (const district of ['wanghai', 'binjiang']) {
      const offers = await (await this.person(district)).get<readonly { action: string }[]>(`/api/cases/${id}/actions`).catch(() => []);
      if (offers.some((o) => o.action === 'feedback_accept')) await this.act(this.person(district), id, 'feedback_accept');
    }
  }

  async close(id: string): Promise<ApiCase> {
    await this.verifiable(id);
    await this.act(this.person('verifier'), id, 'verify_pass', { note: '现场已恢复' });
    return this.act(this.person('duty'), id, 'close');
  }
}
