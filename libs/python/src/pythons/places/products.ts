import type { ProductPlace } from '../../types.ts';

/** Where products keep the Python that may be asked (failures.md §7.4; [K] rows are guesses that cost one look each). */
export interface KnownProduct extends ProductPlace {
  readonly kind: 'dcc' | 'shotgridDesktop';
}

type Platform = 'linux' | 'windows' | 'macos';

const dcc = (product: string, ...patterns: readonly string[]): KnownProduct => ({
  kind: 'dcc',
  product,
  patterns,
});
const desktop = (...patterns: readonly string[]): KnownProduct => ({
  kind: 'shotgridDesktop',
  product: 'ShotGrid Desktop',
  patterns,
});

/** Names under which the Desktop is installed (shotgrid.md §2.6). */
const DESKTOP = ['Shotgun*', 'ShotGrid*', 'Flow Production Tracking*'];
const PYTHONS = ['Python', 'Python3'];
const desktops = (pattern: (name: string, python: string) => string): string[] =>
  DESKTOP.flatMap((name) => PYTHONS.map((python) => pattern(name, python)));

const LINUX: readonly KnownProduct[] = [
  dcc('Maya', '/usr/autodesk/maya*/bin/mayapy'),
  dcc('Nuke', ...['/usr/local', '/opt', '~'].map((root) => `${root}/Nuke*/python*`)),
  // Never hython: it initialises HOM, which is slow and takes a licence.
  dcc('Houdini', '/opt/hfs*/python/bin/python*'),
  dcc('MotionBuilder', '/usr/autodesk/MotionBuilder*/bin/linux_64/mobupy'),
  dcc('Flame', '/opt/Autodesk/python/*/bin/python*', '/usr/discreet/python/*/bin/python*'),
  dcc('Mari', '/usr/local/Mari*/Bundle/bin/python*', '/opt/Mari*/Bundle/bin/python*'),
  dcc('RV', ...['/opt/rv*', '/opt/RV*', '/usr/local/rv*'].map((root) => `${root}/bin/py-interp`)),
  dcc(
    'Blender',
    ...['/opt/blender*', '/usr/share/blender', '~/blender*', '/snap/blender/current'].map(
      (root) => `${root}/[0-9]*/python/bin/python*`,
    ),
  ),
  dcc(
    'Unreal',
    ...['/opt', '~'].map((root) => `${root}/Unreal*/Engine/Binaries/ThirdParty/Python3/Linux/bin/python*`),
  ),
  dcc('Substance 3D Painter', '/opt/Adobe/Adobe_Substance_3D_Painter*/resources/pythonsdk/bin/python*'),
  desktop(...desktops((name, python) => `/opt/${name}/${python}/bin/python*`)),
];

const PROGRAM_FILES = 'C:/Program Files';
const WINDOWS: readonly KnownProduct[] = [
  dcc('Maya', `${PROGRAM_FILES}/Autodesk/Maya*/bin/mayapy.exe`),
  dcc('Nuke', `${PROGRAM_FILES}/Nuke*/python.exe`),
  dcc('Houdini', `${PROGRAM_FILES}/Side Effects Software/Houdini */python3*/python.exe`),
  dcc(
    '3ds Max',
    ...['Python/python.exe', '3dsmaxpy.exe'].map((at) => `${PROGRAM_FILES}/Autodesk/3ds Max */${at}`),
  ),
  dcc('MotionBuilder', `${PROGRAM_FILES}/Autodesk/MotionBuilder */bin/x64/mobupy.exe`),
  dcc('VRED', `${PROGRAM_FILES}/Autodesk/VREDPro-*/lib/python/python.exe`),
  dcc('Mari', `${PROGRAM_FILES}/Mari*/Bundle/bin/python.exe`),
  dcc(
    'RV',
    ...['Shotgun', 'ShotGrid', 'Autodesk'].flatMap((maker) =>
      ['python.exe', 'python3.exe', 'py-interp.exe'].map((at) => `${PROGRAM_FILES}/${maker}/RV-*/bin/${at}`),
    ),
  ),
  dcc('Blender', `${PROGRAM_FILES}/Blender Foundation/Blender */[0-9]*/python/bin/python.exe`),
  dcc('Unreal', `${PROGRAM_FILES}/Epic Games/UE_*/Engine/Binaries/ThirdParty/Python3/Win64/python.exe`),
  dcc(
    'Substance 3D Painter',
    `${PROGRAM_FILES}/Adobe/Adobe Substance 3D Painter*/resources/pythonsdk/python.exe`,
  ),
  dcc(
    'Substance 3D Designer',
    `${PROGRAM_FILES}/Adobe/Adobe Substance 3D Designer*/plugins/pythonsdk/python.exe`,
  ),
  dcc('Cinema 4D', `${PROGRAM_FILES}/Maxon Cinema 4D */resource/modules/python/libs/win64/python.exe`),
  desktop(...desktops((name, python) => `${PROGRAM_FILES}/${name}/${python}/python.exe`)),
];

const MACOS: readonly KnownProduct[] = [
  dcc('Maya', '/Applications/Autodesk/maya*/Maya.app/Contents/bin/mayapy'),
  dcc('Nuke', '/Applications/Nuke*/Nuke*.app/Contents/MacOS/python*'),
  dcc(
    'Houdini',
    '/Applications/Houdini/Houdini*/Frameworks/Python.framework/Versions/[0-9]*/bin/python*',
    '/Applications/Houdini/Houdini*/Frameworks/Houdini.framework/Versions/Current/Resources/Frameworks/Python.framework/Versions/[0-9]*/bin/python*',
  ),
  dcc('Flame', '/opt/Autodesk/python/*/bin/python*'),
  dcc('RV', '/Applications/RV*.app/Contents/MacOS/py-interp'),
  dcc('Blender', '/Applications/Blender*.app/Contents/Resources/[0-9]*/python/bin/python*'),
  dcc('Unreal', '/Users/Shared/Epic Games/UE_*/Engine/Binaries/ThirdParty/Python3/Mac/bin/python*'),
  dcc(
    'Substance 3D Painter',
    '/Applications/Adobe Substance 3D Painter*/*.app/Contents/Resources/pythonsdk/bin/python*',
  ),
  desktop(
    ...desktops((name, python) => `/Applications/${name}.app/Contents/Resources/${python}/bin/python*`),
  ),
];

/** By platform. Extended by `CollectOptions.products`. */
export const PRODUCTS: Readonly<Record<Platform, readonly KnownProduct[]>> = {
  linux: LINUX,
  windows: WINDOWS,
  macos: MACOS,
};
