import { expect, test, vi } from 'vitest';
import { MemorySampler } from '../../src/run/memorySampler.js';

test('memory is told by what is left where the system hides /proc', () => {
  const hidden = vi.spyOn(process, 'memoryUsage').mockImplementation(() => {
    throw new Error('ENOENT: no such file or directory, uv_resident_set_memory');
  });
  const sampler = new MemorySampler();
  try {
    expect(sampler.sample()).toBeGreaterThan(10_000_000);
    const { resident_bytes: resident, heap_bytes: heap } = sampler.peaks();
    expect(heap).toBeGreaterThan(1_000_000);
    expect(resident).toBeGreaterThan(heap);
    expect(hidden).toHaveBeenCalled();
  } finally {
    sampler.stop();
    hidden.mockRestore();
  }
});
