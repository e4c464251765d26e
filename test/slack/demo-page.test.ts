import { request } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DemoFaults, DemoState } from '../../playground/slack/demo-faults.js';
import { type LocalSlack, startLocalSlack } from '../../playground/slack/local-slack.js';
import { servePage } from '../../playground/slack/page.js';
import { openBrowser } from './browser.js';
import { greeting, startTinyApp, type TinyApp } from './tiny-app.js';

let slack: LocalSlack;
let tiny: TinyApp;
let browser: Browser;
let page: Page;
let world: DemoState;
let trouble: string[];

const faults: DemoFaults = {
  list: (language) => [
    {
      name: 'stop-docservice',
      title: language === 'zh' ? '停止文档服务' : 'Stop the document service',
      does: language === 'zh' ? '程序停止，并保持停止。' : 'The program ends and stays down.',
    },
  ],
  async break(name) {
    world = { kind: 'broken', name };
  },
  async mend() {
    world = { kind: 'well' };
  },
  state: () => world,
};

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  world = { kind: 'well' };
  trouble = [];
  slack = await startLocalSlack({ rate: 'none' });
  tiny = await startTinyApp(slack, 'http');
  servePage(slack, { command: '/502', shortcut: 'diagnose', faults });
  page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (said) => {
    if (said.type() === 'error') trouble.push(said.text());
  });
  await page.goto(slack.pageUrl);
});
afterEach(async () => {
  await page.context().close();
  await tiny.stop();
  await slack.close();
  expect(trouble).toEqual([]);
});

async function type(text: string): Promise<void> {
  await page.locator('#composer-text').fill(text);
  await page.keyboard.press('Enter');
}

const messages = () => page.locator('#messages .message');

describe('somebody at the page', () => {
  test('types a command, reads the answer, and presses its button only after the confirmation', async () => {
    await type('/502 check docs-server');
    await page.getByRole('heading', { name: 'Greeting' }).waitFor();
    // Foreign text is shown as it is, and never becomes markup.
    expect(await messages().locator('.b-words').textContent()).toContain('Hello you <there> x & y');
    await page.getByRole('button', { name: 'Press me' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
    expect(tiny.heard.filter((one) => one.startsWith('press'))).toEqual([]);
    await page.getByRole('button', { name: 'Press me' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Press', exact: true }).click();
    await expect.poll(() => tiny.heard).toContain(`press by ${slack.person('ada').id}`);
  });

  test('gets the example into the message box with one click', async () => {
    await page.getByRole('button', { name: 'Put it in the message box' }).click();
    await page.keyboard.press('Enter');
    await expect.poll(() => tiny.heard).toContain('command check docs-server by ada in incidents');
  });

  test('chooses in the modal by keyboard, is told what is wrong, and submits', async () => {
    await type('/502 modal');
    await page.getByRole('dialog').waitFor();
    await page.getByLabel('Target', { exact: true }).fill('git');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'Not that one' }).waitFor();
    await page.getByLabel('Target', { exact: true }).fill('docs-server');
    await page.getByLabel('Note').fill('slow');
    await page.getByRole('dialog').getByRole('button', { name: 'Check' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(tiny.heard).toContain('submitted docs-server slow kept');
  });

  test('closes the modal with Escape', async () => {
    await type('/502 modal');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(slack.modal(slack.person('ada').id)).toBeUndefined();
  });

  test('says something, uses "Diagnose this" on it, and answers in its thread', async () => {
    await type('docs.example.com <b>is</b> broken & slow');
    await messages().first().hover();
    await page.getByRole('button', { name: 'Diagnose this' }).click();
    await expect.poll(() => tiny.heard.filter((one) => one.startsWith('shortcut'))).toHaveLength(1);
    expect(await messages().first().textContent()).toContain('<b>is</b> broken & slow');
    await page.getByRole('button', { name: 'Reply in thread' }).click();
    await page.locator('#thread-text').fill('I look');
    await page.keyboard.press('Enter');
    await page.locator('#thread-messages .message').nth(1).waitFor();
    await page.getByRole('button', { name: '1 reply' }).waitFor();
  });

  test('mentions the bot, and the answer comes into the thread', async () => {
    await type('@goodgate status');
    await page.getByRole('button', { name: '1 reply' }).click();
    await page.locator('#thread').getByRole('heading', { name: 'Greeting' }).waitFor();
  });

  test('opens the Home tab and presses what is there', async () => {
    await page.locator('#sidebar').getByRole('button', { name: 'goodgate' }).click();
    await page.getByRole('button', { name: 'Look again' }).click();
    await expect.poll(() => tiny.heard).toContain('press-home');
  });

  test('sees what is for one person only as that person, and reads in their language', async () => {
    await type('/502 whisper');
    await page.getByText('Only visible to you').waitFor();
    await page.getByRole('button', { name: '陈伟' }).click();
    await page.getByText('查明网站为何返回 502').waitFor();
    expect(await messages().count()).toBe(0);
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  });

  test('breaks the service and mends it', async () => {
    await page.getByRole('button', { name: 'Break something' }).click();
    await page.getByRole('button', { name: 'Stop the document service' }).click();
    await page.getByText('Broken: Stop the document service').waitFor();
    await page.getByRole('button', { name: 'Mend it' }).click();
    await page.getByText('Everything works').waitFor();
  });

  test('is told when the app does not answer, and keeps what was typed', async () => {
    slack.http.setRequestUrl('');
    await type('/502 check docs-server');
    await page.getByText('goodgate did not answer in time').waitFor();
    expect(await page.locator('#composer-text').inputValue()).toBe('/502 check docs-server');
  });

  test('sees all of it on a phone, and comes to the channels by the menu', async () => {
    await page.setViewportSize({ width: 360, height: 700 });
    await type('/502 check docs-server');
    await page.getByRole('heading', { name: 'Greeting' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.getByRole('button', { name: 'Channels' }).click();
    await page.getByRole('button', { name: '# random' }).click();
    await page.getByRole('heading', { name: '#random' }).waitFor();
  });

  test('comes from the address of a message to its thread', async () => {
    const { ada, incidents } = { ada: slack.person('ada').id, incidents: slack.channel('incidents').id };
    const { ts } = await slack.say(ada, incidents, 'where it began');
    const { permalink } = await tiny.app.client.chat.getPermalink({ channel: incidents, message_ts: ts });
    await page.goto(String(permalink));
    await page.locator('#thread-messages').getByText('where it began').waitFor();
  });

  test('keeps the keyboard on a button while its message is edited', async () => {
    await type('/502 check docs-server');
    await page.getByRole('button', { name: 'Press me' }).focus();
    const incidents = slack.channel('incidents').id;
    const [message] = await slack.channelMessages(incidents);
    const edited = { ...greeting, text: 'Edited', blocks: [...greeting.blocks, { type: 'divider' }] };
    await tiny.app.client.chat.update({ channel: incidents, ts: message?.ts ?? '', ...edited });
    await page.locator('#messages hr').waitFor({ state: 'attached' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Press me');
  });

  test('new messages are read out', async () => {
    await type('/502 check docs-server');
    await page.locator('#live').filter({ hasText: 'Hello <there>' }).waitFor({ state: 'attached' });
  });
});

describe('nobody else', () => {
  function status(path: string, headers: Record<string, string>, method = 'GET', body = ''): Promise<number> {
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, slack.pageUrl), { method, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  test('acts from another site, nor under another name', async () => {
    const mend = JSON.stringify({ act: 'mend' });
    const origin = slack.pageUrl.replace(/\/$/u, '');
    world = { kind: 'broken', name: 'stop-docservice' };
    expect(await status('/page/act', { origin: 'https://elsewhere.example' }, 'POST', mend)).toBe(403);
    expect(await status('/page/act', {}, 'POST', mend)).toBe(403);
    expect(await status('/page/state', { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status('/', { host: 'elsewhere.example' })).toBe(403);
    expect(world.kind).toBe('broken');
    expect(await status('/page/act', { origin }, 'POST', mend)).toBe(200);
    expect(world.kind).toBe('well');
  });
});
