/** Does an item of Group Policy's preferences set that variable? `xml`: an EnvironmentVariables.xml of the policies that were applied. */
export function policySets(xml: string, name: string): boolean {
  const items = xml.match(/<Properties\b[^>]*>/gi) ?? [];
  return items.some((item) => {
    const said = /\bname\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(item);
    return (said?.[1] ?? said?.[2] ?? '').toUpperCase() === name.toUpperCase();
  });
}
