import { startCameraServer } from '../demo/cameras/index.ts';
import type { ServerOrder } from './ingest.ts';

// the cameras of the bench have a process of their own, because their time does not count
process.once('message', ({ file, cameras }: ServerOrder) => {
  const paths = Array.from({ length: cameras }, (_, i) => `/c${i}`);
  void startCameraServer({ cameras: paths.map((path, i) => ({ path, file, offset: (i * 20) / cameras })) })
    .then((server) => process.send?.({ urls: paths.map((path) => server.url(path)) }));
});
