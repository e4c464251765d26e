import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameReader, type FrameEvent } from '../../src/adapters/runner/frames.js';

const NONCE = '3f2b8c1e-5a44-4d0e-9d57-1b7f0a9c2e61e0f1';
const GREETING = 'goodgate/1 5be1c0ffee5be1c0';
const HELLO_LINE = `${GREETING} ${NONCE} 1000 refused 1795224000 deploy\n`;
const HELLO = `Welcome!\n${HELLO_LINE}`;

/** What a reader makes of `bytes`, cut into pieces of the given sizes. */
function read(bytes: Buffer, sizes: readonly number[] = [bytes.length], cap = 100): FrameEvent[] {
  const events: FrameEvent[] = [];
  const reader = createFrameReader(
    GREETING,
    (number) => (number <= 9 ? cap : undefined),
    (event) => events.push(event),
  );
  let from = 0;
  for (let turn = 0; from < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    reader.push(bytes.subarray(from, from + size));
    from += size;
  }
  return events;
}

function batch(
  entries: readonly { readonly head: string; readonly out: Buffer; readonly err: Buffer }[],
): Buffer {
  const heads = entries.map(({ head, out, err }) => `${head} ${out.length} ${err.length}\n`).join('');
  return Buffer.concat([
    Buffer.from(`GG ${NONCE} batch ${entries.length}\n${heads}`),
    ...entries.flatMap(({ out, err }) => [out, err]),
  ]);
}

describe('the reader of a runner’s frames', () => {
  it('reads the same from any pieces, whatever the output holds', () => {
    const bytes = fc.uint8Array({ maxLength: 90 }).map((array) => Buffer.from(array));
    const nasty = fc.oneof(
      bytes,
      fc.constant(Buffer.from(`\nGG ${NONCE} end\n`)),
      fc.constant(Buffer.alloc(0)),
    );
    const entries = fc.array(fc.record({ out: nasty, err: nasty }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(entries, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (given, sizes) => {
        const frames = given.map(({ out, err }, index) => ({
          head: `${index + 1} d 3 10.00 10.25`,
          out,
          err,
        }));
        const events = read(
          Buffer.concat([Buffer.from(HELLO), batch(frames), Buffer.from(`GG ${NONCE} end\n`)]),
          sizes,
        );
        expect(events[0]).toEqual({
          event: 'hello',
          hello: { uid: 1000, sudo: 'refused', epochSeconds: 1795224000, user: 'deploy' },
        });
        expect(events.slice(1, -1)).toEqual(
          given.map(({ out, err }, index) => ({
            event: 'probe',
            frame: { number: index + 1, kind: 'ended', status: 3, durationMs: 250, stdout: out, stderr: err },
          })),
        );
        expect(events.at(-1)).toEqual({ event: 'end' });
      }),
    );
  });

  it('reads the hexadecimal frames of a host that cannot write', () => {
    const text = `${HELLO}GG ${NONCE} stream 2\n 68 69 00 ff\n 0a\nGG ${NONCE} stream-end 2 1.00 1.10\n 6f\ns 7\n 68\nGG ${NONCE} stream-done\nGG ${NONCE} end\n`;
    const [, probe, end] = read(Buffer.from(text), [3]);
    const frame = {
      number: 2,
      kind: 'ended',
      status: 7,
      durationMs: 100,
      stdout: Buffer.from('hi\0\xff\n', 'latin1'),
      stderr: Buffer.from('oh'),
    };
    expect(probe).toEqual({ event: 'probe', frame });
    expect(end).toEqual({ event: 'end' });
  });

  it('tells a probe that was given up and one whose output could not be kept', () => {
    const none = Buffer.alloc(0);
    const events = read(
      Buffer.concat([
        Buffer.from(HELLO),
        batch([
          { head: '1 t - - 9.00', out: none, err: none },
          { head: '2 w 0 9.00 9.01', out: none, err: none },
        ]),
      ]),
    );
    expect(events[1]).toMatchObject({ frame: { kind: 'given-up', status: null, durationMs: null } });
    expect(events[2]).toMatchObject({ frame: { kind: 'incomplete', status: 0 } });
  });

  it('passes over frames with another nonce', () => {
    expect(read(Buffer.from(`${HELLO}GG 00000000-0000 end\nnonsense\n`))).toHaveLength(1);
  });

  it.each([
    ['more output than the cap', '1 d 0 1.00 1.00 101 0'],
    ['more error output than agreed', '1 d 0 1.00 1.00 0 99999999'],
    ['a probe that was not asked for', '77 d 0 1.00 1.00 0 0'],
    ['no number', 'x d 0 1.00 1.00 0 0'],
    ['another kind', '1 z 0 1.00 1.00 0 0'],
    ['a line without end', 'x'.repeat(5_000)],
  ])('stops at a frame that announces %s', (_name, entry) => {
    const events = read(Buffer.from(`${HELLO}GG ${NONCE} batch 1\n${entry}\nGG ${NONCE} end\n`), [7]);
    expect(events.at(-1)?.event).toBe('broken');
  });

  it.each([
    ['hundreds of lines', Buffer.from('welcome to this machine\n'.repeat(40_000))],
    ['one line of a megabyte, not ended', Buffer.alloc(1_000_000, 'x')],
    ['bytes that are no text', Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 256))],
    ['colours and no end of line', Buffer.from('\n\u001b[31mred\u001b[0m\r')],
    [
      'a hello of another channel',
      Buffer.from(`goodgate/1 0000000000000000 ${NONCE} 0 yes 1795224000 root\n`),
    ],
    ['a hello of an older version', Buffer.from(`goodgate/1 ${NONCE} 0 yes 1795224000 root\n`)],
    ['the command itself, unexpanded', Buffer.from(`${GREETING} $n $(id -u) $w\n`)],
    ['the command itself, on the same line', Buffer.from(`${GREETING} $n $(id -u) $w `)],
    ['frames of its own', Buffer.from(`GG ${NONCE} batch 1\n1 d 0 1 1 4 0\nfake`)],
  ])('finds the hello after start-up files that print %s', (_name, printed) => {
    const end = Buffer.from(`GG ${NONCE} end\n`);
    for (const sizes of [[1 << 20], [65_536], [4_095, 1, 4_097]]) {
      const events = read(Buffer.concat([printed, Buffer.from(HELLO_LINE), end]), sizes);
      expect(events).toEqual([
        { event: 'hello', hello: { uid: 1000, sudo: 'refused', epochSeconds: 1795224000, user: 'deploy' } },
        { event: 'end' },
      ]);
    }
  });

  it('finds the hello wherever the pieces are cut', () => {
    for (let size = 1; size < HELLO.length; size += 1) {
      expect(read(Buffer.from(`${'y'.repeat(5_000)}${HELLO}`), [size])).toHaveLength(1);
    }
  });

  it('stops looking for a runner in endless output', () => {
    expect(read(Buffer.alloc(5_000_000, 'spam\n'), [65_536]).map(({ event }) => event)).toEqual(['broken']);
    expect(read(Buffer.alloc(5_000_000, 'x'), [65_536]).map(({ event }) => event)).toEqual(['broken']);
  });

  it('never throws, whatever comes', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        HELLO,
        `GG ${NONCE} batch 2\n`,
        `GG ${NONCE} stream 1\n`,
        `GG ${NONCE} stream-end 1 x y\n`,
        `GG ${NONCE} end\n`,
        '1 d 0 1 2 3 4\n',
      ),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(() => read(Buffer.from(pieces.join('')), [5, 1])).not.toThrow();
      }),
    );
  });
});
