import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Two UDP sockets on neighbouring ports, RTP on the even one: all UDP clients of a server are served from them. */
export interface UdpPair {
  readonly rtp: Socket;
  readonly rtcp: Socket;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  close(): Promise<void>;
}

const ATTEMPTS = 50;

/** @throws Error when no two neighbouring ports are free */
export async function openUdpPair(host: string): Promise<UdpPair> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const first = await bind(host, 0);
    if (!first) continue;
    const port = first.address().port;
    const second = await bind(host, port % 2 === 0 ? port + 1 : port - 1);
    if (!second) {
      first.close();
      continue;
    }
    const [rtp, rtcp] = port % 2 === 0 ? [first, second] : [second, first];
    return {
      rtp, rtcp, rtpPort: rtp.address().port, rtcpPort: rtcp.address().port,
      close: async () => { await Promise.all([rtp, rtcp].map(async socket => { socket.close(); await once(socket, 'close'); })); },
    };
  }
  throw new Error(`no two neighbouring UDP ports are free on ${host}`);
}

async function bind(host: string, port: number): Promise<Socket | null> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', sendBufferSize: 1 << 20 });
  return new Promise(resolve => {
    socket.once('error', () => { socket.close(); resolve(null); });
    socket.bind(port, host, () => {
      socket.removeAllListeners('error');
      // A client that is gone answers with ICMP; its session ends with its RTSP connection or its timeout.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}
