import { sql } from 'kysely';
import { z } from 'zod';
import type { Db } from '../platform/db/index.ts';
import { callRpc, callRpcBytes, RpcError } from '../platform/rpc.ts';
import type { VisionPort } from './ports.ts';

const openedSchema = z.object({
  viewer: z.string(),
  rtpCapabilities: z.unknown(),
  transport: z.object({ id: z.string(), iceParameters: z.unknown(), iceCandidates: z.unknown(), dtlsParameters: z.unknown() }),
});
const consumedSchema = z.object({ id: z.string(), producerId: z.string(), kind: z.literal('video'), rtpParameters: z.unknown() });
const recheckedSchema = z.object({
  answer: z.enum(['present', 'absent', 'unknown']),
  score: z.number().nullable(),
  jpeg: z.base64().nullable().transform((text) => (text === null ? null : Buffer.from(text, 'base64'))),
});

/** Reaches the vision node that holds a camera: camera_leases names the node, vision_nodes its address. */
export function createVisionPort({ db, secret }: { db: Db; secret: string }): VisionPort {
  async function nodeOf(cameraId: string): Promise<string> {
    const node = await db.selectFrom('camera_leases').innerJoin('vision_nodes', 'vision_nodes.id', 'camera_leases.node_id')
      .select('vision_nodes.rpc_url').where('camera_id', '=', cameraId).where('expires_at', '>', sql<Date>`app.now()`).executeTakeFirst();
    if (node === undefined) throw new RpcError(503, 'no vision node holds this camera at the moment');
    return node.rpc_url;
  }

  return {
    async snapshot(cameraId) {
      const { bytes } = await callRpcBytes(await nodeOf(cameraId), secret, 'snapshot', { camera: cameraId });
      return bytes;
    },
    async openLive(cameraId, quality) {
      // the viewer lives on this node, wherever the lease goes afterwards
      const node = await nodeOf(cameraId);
      const { viewer, rtpCapabilities, transport } = openedSchema.parse(await callRpc(node, secret, 'live.open', { camera: cameraId, quality }));
      return {
        id: viewer,
        rtpCapabilities,
        transport,
        async connect(dtlsParameters) {
          await callRpc(node, secret, 'live.connect', { viewer, dtlsParameters });
        },
        async consume(capabilities) {
          return consumedSchema.parse(await callRpc(node, secret, 'live.consume', { viewer, rtpCapabilities: capabilities }, 20_000));
        },
        async resume() {
          await callRpc(node, secret, 'live.resume', { viewer });
        },
        async close() {
          await callRpc(node, secret, 'live.close', { viewer });
        },
      };
    },
    async recheck({ cameraId, zoneId, eventType, box }) {
      return recheckedSchema.parse(await callRpc(await nodeOf(cameraId), secret, 'recheck', { camera: cameraId, zone: zoneId, eventType, box }, 30_000));
    },
  };
}
