import { describe, expect, it } from 'vitest';
import { terminalOf } from '../../src/render/terminal.js';

const tty = { isTTY: true, columns: 90 };

describe('what a terminal can show', () => {
  it('has colours on a terminal only, unless NO_COLOR or FORCE_COLOR say otherwise', () => {
    expect(terminalOf(tty, {}).colours).toBe(true);
    expect(terminalOf({}, {}).colours).toBe(false);
    expect(terminalOf(tty, { NO_COLOR: '1' }).colours).toBe(false);
    expect(terminalOf(tty, { NO_COLOR: '' }).colours).toBe(true);
    expect(terminalOf({}, { FORCE_COLOR: '1' }).colours).toBe(true);
    expect(terminalOf(tty, { FORCE_COLOR: '0' }).colours).toBe(false);
    expect(terminalOf(tty, { FORCE_COLOR: '1', NO_COLOR: '1' }).colours).toBe(false);
    expect(terminalOf(tty, { TERM: 'dumb' })).toMatchObject({ colours: false, live: false });
  });

  it('has more than ASCII where the locale says UTF-8', () => {
    expect(terminalOf(tty, { LANG: 'zh_CN.UTF-8' }).unicode).toBe(true);
    expect(terminalOf(tty, { LANG: 'C.utf8' }).unicode).toBe(true);
    expect(terminalOf(tty, { LANG: 'en_US.UTF-8', LC_ALL: 'C' }).unicode).toBe(false);
    expect(terminalOf(tty, { LANG: 'en_US.UTF-8', LC_ALL: '' }).unicode).toBe(true);
    expect(terminalOf(tty, {}).unicode).toBe(false);
    expect(terminalOf(tty, { LANG: 'C.UTF-8', TERM: 'linux' }).unicode).toBe(false);
  });

  it('is between 40 and 110 columns wide', () => {
    expect(terminalOf(tty, {}).width).toBe(90);
    expect(terminalOf({ columns: 10 }, {}).width).toBe(40);
    expect(terminalOf({ columns: 400 }, {}).width).toBe(110);
    expect(terminalOf({}, {}).width).toBe(100);
    expect(terminalOf({}, { COLUMNS: '64' }).width).toBe(64);
    expect(terminalOf({}, { COLUMNS: 'wide' }).width).toBe(100);
  });
});
