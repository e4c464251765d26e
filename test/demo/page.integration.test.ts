/** A newcomer at the demo's page, in a real browser: types, clicks, reads, breaks and mends. */
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../slack/browser.js';
import { demoAt, ended, untilSaid } from './support.js';

const PATIENT = { timeout: 60_000 };

describe('npm run demo', () => {
  let place = '';
  const { start, whatIsLeft } = demoAt(() => place);
  let demo: ChildProcess;
  let browser: Browser;
  let page: Page;
  const trouble: string[] = [];

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'goodgate-demo-'));
    chmodSync(place, 0o755);
    demo = start('--layout', 'plain', '--seed', '21');
    const said = await untilSaid(demo, 'Ctrl-C');
    const [url] = /http:\/\/127\.0\.0\.1:\d+\//u.exec(said) ?? [];
    browser = await openBrowser();
    page = await browser.newPage();
    page.on('pageerror', (error) => trouble.push(error.message));
    await page.goto(url ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    demo?.kill('SIGINT');
    if (demo) await ended(demo);
    expect(whatIsLeft()).toEqual({ files: [], processes: [] });
    rmSync(place, { recursive: true, force: true });
    expect(trouble).toEqual([]);
  });

  async function type(text: string): Promise<void> {
    await page.locator('#composer-text').fill(text);
    await page.keyboard.press('Enter');
  }
  const newest = () => page.locator('#messages .message').last();

  it('says that the service is healthy', async () => {
    await type('/502 check docs-server');
    await newest()
      .getByText(/healthy/iu)
      .first()
      .waitFor(PATIENT);
  });

  it('names what was broken in its menu, and shows the evidence in the thread', async () => {
    await page.getByRole('button', { name: 'Break something' }).click();
    await page
      .getByRole('button', { name: /Redis is down/u })
      .first()
      .click();
    await page.getByText(/Broken: Redis is down/u).waitFor(PATIENT);
    await page.keyboard.press('Escape');
    await type('/502 check docs-server');
    await newest().getByText('redis-down', { exact: true }).first().waitFor(PATIENT);
    await newest()
      .getByRole('button', { name: /3 replies/u })
      .click(PATIENT);
    await page.getByText('ECONNREFUSED').first().waitFor(PATIENT);
    await page
      .getByText(/Ruled out/u)
      .first()
      .waitFor(PATIENT);
  });

  it('shows who acknowledged it', async () => {
    await newest().getByRole('button', { name: 'Acknowledge' }).click();
    await newest()
      .getByText(/acknowledged by/u)
      .waitFor(PATIENT);
  });

  it('answers a mistyped word with what was meant, and does that at a click', async () => {
    await type('/502 chekc docs-server');
    await newest().getByRole('button', { name: 'check docs-server' }).click(PATIENT);
    await newest().getByText('redis-down', { exact: true }).first().waitFor(PATIENT);
  });

  it('speaks Chinese with the one who reads Chinese', async () => {
    await page.getByRole('button', { name: '陈伟' }).click();
    await type('/502 explain redis-down');
    await newest()
      .getByText(/[\u4e00-\u9fff]{4}/u)
      .first()
      .waitFor(PATIENT);
    await page.getByRole('button', { name: 'Ada Brown' }).click();
  });

  it('is well again after a click, and the check says so', async () => {
    await page.getByRole('button', { name: /Mend it/u }).click();
    await page.getByText('Everything works').waitFor(PATIENT);
    await type('/502 check docs-server');
    await newest()
      .getByText(/healthy/iu)
      .first()
      .waitFor(PATIENT);
  });
});
