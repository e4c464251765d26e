import { describe, expect, it } from 'vitest';
import { recentFailures } from '../../src/diagnosis/recent-failures.js';
import type { Scene } from '../../src/diagnosis/scene-types.js';

function told(agos: readonly number[], well: boolean, language: 'en' | 'zh' = 'en') {
  const errors = agos.map((secondsAgo) => ({ kind: 'connect-failed', marked: false, secondsAgo, cite: [] }));
  const scene = { proxy: { errors } } as unknown as Scene;
  return recentFailures(scene, well, new Map(), language).map((one) => one.says);
}

describe('failures that are over', () => {
  it('are those of the last hour, where the service is well', () => {
    expect(told([4000, 900, 2], true)).toEqual(['2 failures in nginx’s error log, the last one 2 s ago']);
    expect(told([2], true)).toEqual(['1 failure in nginx’s error log, 2 s ago']);
    expect(told([4000], true)).toEqual([]);
    expect(told([600, 300], true, 'zh')).toEqual(['nginx 错误日志中有 2 条失败记录,最近一条在 5 分钟前']);
  });

  it('are older than the present outage, where it is sick', () => {
    expect(told([110, 60, 2], false)).toEqual([]);
    expect(told([400, 300, 200, 100], false)).toEqual([]);
    expect(told([1900, 1800, 200, 100], false)).toEqual([
      '2 failures in nginx’s error log, the last one 30 min ago',
    ]);
  });
});
