// Draws docs/images/slack.png: the demo's page after a check of a broken service, with its thread. World, bot and check are
// real. Needs chromium and pngquant: `node scripts/set-up.mjs test && node scripts/make-slack-picture.mjs [FAULT [SEED]]`
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PICTURE = join(ROOT, 'docs', 'images', 'slack.png');
const [faultName = 'redis-down', seed = '7'] = process.argv.slice(2);

const { startWorld } = await import('../dist/playground/world/world.js');
const { startSlackSide } = await import('../dist/playground/demo/slack-side.js');

const world = await startWorld({ layout: 'onlyoffice', seed: Number(seed) });
const side = await startSlackSide(world, { lang: 'en' });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
try {
  await side.faults.break(faultName);
  const page = await browser.newPage({
    viewport: { width: 1180, height: 850 },
    deviceScaleFactor: 1.5,
    colorScheme: 'light',
  });
  await page.goto(side.slack.pageUrl);
  await page.locator('#composer-text').fill('/502 check docs-server');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Recheck' }).waitFor({ timeout: 60_000 });
  // The thread comes after the verdict, and its file last.
  await threadIsThere();
  await page.getByText(/^\d+ replies$/u).waitFor();
  await page.locator('#scroll').evaluate((pane) => pane.scrollTo(0, pane.scrollHeight));
  await page.screenshot({ path: PICTURE });
} finally {
  await browser.close();
  await side.stop();
  await world.stop();
}
const { status, error, stderr } = spawnSync(
  'pngquant',
  ['--force', '--nofs', '--ext', '.png', '--strip', '64', PICTURE],
  { encoding: 'utf8' },
);
if (status !== 0) throw new Error(`pngquant failed: ${error?.message ?? stderr}`);
process.stdout.write(`${PICTURE}\n`);
process.exit();

async function threadIsThere() {
  const { slack } = side;
  const channel = slack.channel('incidents').id;
  for (let tries = 0; tries < 300; tries += 1) {
    const [message] = await slack.channelMessages(channel);
    if (message !== undefined && (await slack.files(channel, message.ts)).length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('The thread did not come.');
}
