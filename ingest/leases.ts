import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/index.ts';

/** A camera that this node may write for, as long as nobody has a higher fence. */
export interface Lease {
  readonly camera: string;
  readonly fence: number;
  /** Revision of the camera's configuration. */
  readonly revision: number;
}

export interface LeaseOptions {
  readonly db: Db;
  readonly node: string;
  readonly rpcUrl: string;
  /** Milliseconds. */
  readonly leaseFor: number;
}

/** Nodes without a beat for so long count as gone when cameras are shared out. */
const nodeLife = sql`interval '15 seconds'`;

/**
 * One round: says that this node is there, renews what it holds, takes its share of what nobody holds, hands over what is more than
 * its share. The database's clock rules. A node that cannot reach the database goes on with what it has: nothing it writes is taken
 * once another has a higher fence.
 * @param held fences that this process has; what the table says beyond them belongs to an earlier process of the same name and is taken over
 * @returns what is held now
 */
export async function leaseRound({ db, node, rpcUrl, leaseFor }: LeaseOptions, held: ReadonlyMap<string, number>): Promise<Lease[]> {
  return db.transaction().execute(async (tx) => {
    const row = { rpc_url: rpcUrl, heartbeat_at: sql<Date>`app.now()`, clock_ahead: sql`${new Date()}::timestamptz - app.now()` };
    await tx.insertInto('vision_nodes').values({ id: node, ...row }).onConflict((c) => c.column('id').doUpdateSet(row)).execute();
    const share = await fairShare(tx);
    const kept = await renew(tx, { node, leaseFor, held });
    if (kept.length > share) await handOver(tx, node, kept.slice(share).map(({ camera }) => camera));
    const taken = kept.length < share ? await take(tx, { node, leaseFor, held, most: share - kept.length }) : [];
    return [...kept.slice(0, share), ...taken];
  });
}

async function fairShare(tx: Tx): Promise<number> {
  const { rows: [row] } = await sql<{ share: number }>`
    select ceil((select count(*) from app.cameras where deleted_at is null)::float8
      / greatest(1, (select count(*) from app.vision_nodes where heartbeat_at > app.now() - ${nodeLife}))) as share`.execute(tx);
  return row?.share ?? 0;
}

async function renew(tx: Tx, { node, leaseFor, held }: { node: string; leaseFor: number; held: ReadonlyMap<string, number> }): Promise<Lease[]> {
  const { rows } = await sql<{ camera_id: string; fence: string; revision: string }>`
    update app.camera_leases l set expires_at = app.now() + ${leaseFor} * interval '1 millisecond'
    from app.cameras c
    where l.node_id = ${node} and c.id = l.camera_id and c.deleted_at is null and l.fence = any(${[...held.values()]}::bigint[])
    returning l.camera_id, l.fence, c.revision`.execute(tx);
  return rows.map(lease).toSorted((a, b) => a.fence - b.fence);
}

async function take(tx: Tx, { node, leaseFor, held, most }: { node: string; leaseFor: number; held: ReadonlyMap<string, number>; most: number }): Promise<Lease[]> {
  const { rows } = await sql<{ camera_id: string; fence: string; revision: string }>`
    with free as (
      select c.id, c.revision from app.cameras c left join app.camera_leases l on l.camera_id = c.id
      where c.deleted_at is null
        and (l.camera_id is null or l.expires_at <= app.now() or (l.node_id = ${node} and l.fence <> all(${[...held.values()]}::bigint[])))
      order by c.id limit ${most} for update of c skip locked
    )
    insert into app.camera_leases (camera_id, node_id, fence, expires_at)
    select id, ${node}, nextval('app.lease_fence'), app.now() + ${leaseFor} * interval '1 millisecond' from free
    on conflict (camera_id) do update set node_id = excluded.node_id, fence = excluded.fence, expires_at = excluded.expires_at
    returning camera_id, fence, (select revision from free where id = camera_id) as revision`.execute(tx);
  return rows.map(lease);
}

async function handOver(tx: Tx, node: string, cameras: readonly string[]): Promise<void> {
  await tx.updateTable('camera_leases').set({ expires_at: sql<Date>`app.now()` }).where('node_id', '=', node).where('camera_id', 'in', [...cameras]).execute();
}

/** Gives everything back, so that others need not wait. */
export async function releaseLeases(db: Db, node: string, held: ReadonlyMap<string, number>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`update app.camera_leases set expires_at = app.now() where node_id = ${node} and fence = any(${[...held.values()]}::bigint[])`.execute(tx);
    await tx.updateTable('vision_nodes').set({ heartbeat_at: sql<Date>`app.now() - interval '1 day'` }).where('id', '=', node).execute();
  });
}

const lease = (row: { camera_id: string; fence: string; revision: string }): Lease => ({ camera: row.camera_id, fence: Number(row.fence), revision: Number(row.revision) });
