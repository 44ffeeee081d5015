import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly logins: Counter<'result'>;
  readonly sockets: Gauge;
  readonly cameras: Gauge<'state'>;
  readonly camerasAnalysed: Gauge;
  readonly jobs: Gauge<'queue' | 'state'>;
  readonly alerts: Gauge<'state'>;
  readonly unsequenced: Gauge;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    requests: new Histogram({ registers, name: 'xuncheng_http_request_seconds', help: 'Duration of HTTP requests', labelNames: ['method', 'route', 'status'], buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] }),
    logins: new Counter({ registers, name: 'xuncheng_logins_total', help: 'Log-in attempts', labelNames: ['result'] }),
    sockets: new Gauge({ registers, name: 'xuncheng_sockets', help: 'Open sockets of this node' }),
    cameras: new Gauge({ registers, name: 'xuncheng_cameras', help: 'Cameras by state', labelNames: ['state'] }),
    camerasAnalysed: new Gauge({ registers, name: 'xuncheng_cameras_analysed', help: 'Cameras whose pictures are judged by every rule now' }),
    jobs: new Gauge({ registers, name: 'xuncheng_jobs', help: 'Jobs by queue and state', labelNames: ['queue', 'state'] }),
    alerts: new Gauge({ registers, name: 'xuncheng_alerts_open', help: 'Alerts that wait for a verdict', labelNames: ['state'] }),
    unsequenced: new Gauge({ registers, name: 'xuncheng_events_unsequenced', help: 'Events that the sequencer has not numbered yet' }),
  };
}
