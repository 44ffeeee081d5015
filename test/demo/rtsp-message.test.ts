import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chooseTransport, formatResponse, RtspReader, RtspSyntaxError } from '../../demo/cameras/rtsp-message.ts';

const OPTIONS = 'OPTIONS rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\n\r\n';

describe('reading', () => {
  test('requests, bodies and interleaved packets in any pieces', () => {
    const bytes = Buffer.concat([
      Buffer.from(OPTIONS), Buffer.from([0x24, 1, 0, 2, 0x0d, 0x0a]),
      Buffer.from('GET_PARAMETER rtsp://h/a RTSP/1.0\r\ncseq:2\r\nContent-Length: 4\r\n\r\nabcd'), Buffer.from(`\r\n${OPTIONS}`),
    ]);
    for (const step of [1, 3, 7, bytes.length]) {
      const reader = new RtspReader();
      const inputs = Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) => reader.push(bytes.subarray(index * step, (index + 1) * step))).flat();
      expect(inputs.map(input => input.kind === 'request' ? `${input.request.method} ${input.request.headers.get('cseq') ?? ''}` : 'packet'))
        .toEqual(['OPTIONS 1', 'packet', 'GET_PARAMETER 2', 'OPTIONS 1']);
    }
  });

  test.each([
    ['GET / HTTP/1.1\r\n\r\n', 400], ['OPTIONS * RTSP/2.0\r\n\r\n', 505], ['OPTIONS * RTSP/1.0\r\nnonsense\r\n\r\n', 400],
    ['SETUP * RTSP/1.0\r\nContent-Length: -1\r\n\r\n', 400], ['SETUP * RTSP/1.0\r\nContent-Length: 99999999\r\n\r\n', 400], ['x'.repeat(20_000), 400],
  ])('%j is refused with %i', (text, status) => {
    let thrown: unknown;
    try {
      new RtspReader().push(Buffer.from(text));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(RtspSyntaxError);
    expect(thrown).toMatchObject({ status });
  });
});

test('whatever comes is read, waited for, or refused', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom('\r\n', '\r\n\r\n', 'SETUP rtsp://h/a RTSP/1.0', 'CSeq: 1', 'Content-Length: ', '$', '\0', OPTIONS));
  fc.assert(fc.property(fc.array(piece), pieces => {
    try {
      for (const input of new RtspReader().push(Buffer.from(pieces.join('')))) {
        if (input.kind === 'request') chooseTransport(input.request.headers.get('transport') ?? pieces.join(';'));
      }
    } catch (error) {
      expect(error).toBeInstanceOf(RtspSyntaxError);
    }
  }));
});

test.each([
  ['RTP/AVP/TCP;unicast;interleaved=2-3', { kind: 'tcp', channel: 2 }],
  ['RTP/AVP/TCP;unicast', { kind: 'tcp', channel: 0 }],
  ['RTP/AVP;unicast;client_port=5000-5001', { kind: 'udp', rtpPort: 5000, rtcpPort: 5001 }],
  ['RTP/AVP/UDP;unicast;client_port=5000', { kind: 'udp', rtpPort: 5000, rtcpPort: 5001 }],
  ['RTP/AVP;multicast;client_port=5000-5001,RTP/AVP/TCP;interleaved=0-1', { kind: 'tcp', channel: 0 }],
  ['RTP/AVP;multicast', null], ['RTP/AVP;unicast;client_port=99999-5', null], ['RAW/RAW/UDP;unicast', null], ['', null],
])('transport %j', (header, chosen) => {
  expect(chooseTransport(header)).toEqual(chosen);
});

test('a response has the length of its body in bytes', () => {
  expect(formatResponse(200, '7', { Session: 'x' }, { type: 'text/plain', text: '巡城' }))
    .toBe('RTSP/1.0 200 OK\r\nCSeq: 7\r\nServer: Xuncheng virtual camera\r\nSession: x\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\n巡城');
});
