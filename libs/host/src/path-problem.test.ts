import { describe, expect, it } from 'vitest';
import { pathProblem } from './path-problem.ts';

describe('pathProblem', () => {
  it.each(['/etc/hosts', '/', '/con', '//double'])('POSIX: %s may be opened', (path) => {
    expect(pathProblem(path, 'linux')).toBeNull();
  });

  it.each(['etc/hosts', '', 'C:\\Windows', '/etc/\0hosts'])('POSIX: %j may not', (path) => {
    expect(pathProblem(path, 'linux')).toMatch(/is not an absolute path$/);
  });

  it.each([
    'C:\\',
    'c:/Windows/win.ini',
    'D:\\console\\com10\\auxiliary.txt',
    'C:\\ProgramData\\Trustfleet\\Agent',
    'C:\\Users\\김\\ca.pem',
  ])('Windows: %s may be opened', (path) => {
    expect(pathProblem(path, 'windows')).toBeNull();
  });

  it.each([
    ['\\\\server\\share\\ca.pem', /network share or a device/],
    ['//server/share/ca.pem', /network share or a device/],
    ['\\/server/share', /network share or a device/],
    ['\\\\.\\PhysicalDrive0', /network share or a device/],
    ['\\\\?\\C:\\Windows', /network share or a device/],
    ['\\\\?\\UNC\\server\\share', /network share or a device/],
    ['\\Windows', /drive letter/],
    ['/Windows', /drive letter/],
    ['C:ca.pem', /drive letter/],
    ['ca.pem', /drive letter/],
    ['', /drive letter/],
    ['C:\\a\\nul', /device or a stream/],
    ['C:\\CON.pem', /device or a stream/],
    ['C:\\a\\com¹.txt\\b', /device or a stream/],
    ['C:\\a\\ca.pem:hidden', /device or a stream/],
    ['C:\\a\0b', /not an absolute path/],
  ])('Windows: %j may not', (path, why) => {
    expect(pathProblem(path, 'windows')).toMatch(why);
  });
});
