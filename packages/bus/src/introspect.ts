import type { Argument, Interface } from '@tshub/contract';

const head =
  '<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"\n' +
  ' "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">\n';

const standard = ` <interface name="org.freedesktop.DBus.Introspectable">
  <method name="Introspect"><arg name="xml_data" type="s" direction="out"/></method>
 </interface>
 <interface name="org.freedesktop.DBus.Peer">
  <method name="Ping"/>
  <method name="GetMachineId"><arg name="machine_uuid" type="s" direction="out"/></method>
 </interface>
`;

const propertiesInterface = ` <interface name="org.freedesktop.DBus.Properties">
  <method name="Get">
   <arg name="interface_name" type="s" direction="in"/>
   <arg name="property_name" type="s" direction="in"/>
   <arg name="value" type="v" direction="out"/>
  </method>
  <method name="GetAll">
   <arg name="interface_name" type="s" direction="in"/>
   <arg name="properties" type="a{sv}" direction="out"/>
  </method>
  <method name="Set">
   <arg name="interface_name" type="s" direction="in"/>
   <arg name="property_name" type="s" direction="in"/>
   <arg name="value" type="v" direction="in"/>
  </method>
  <signal name="PropertiesChanged">
   <arg name="interface_name" type="s"/>
   <arg name="changed_properties" type="a{sv}"/>
   <arg name="invalidated_properties" type="as"/>
  </signal>
 </interface>
`;

/** The introspection document of one object: its interfaces, the standard ones, and the nodes below it. */
export function introspectionXml(tables: readonly Interface[], children: readonly string[] = []): string {
  const nodes = children.map((child) => ` <node name="${child}"/>\n`).join('');
  const own = tables.map(interfaceXml).join('');
  return `${head}<node>\n${own}${own === '' ? '' : propertiesInterface}${standard}${nodes}</node>\n`;
}

/** One table as an <interface> element, every member with its sentence. */
export function interfaceXml(table: Interface): string {
  const methods = Object.entries(table.methods).map(
    ([name, { says, in: ins, out }]) =>
      `  <method name="${name}">\n${doc(says)}${args(ins, 'in')}${args(out, 'out')}  </method>\n`,
  );
  const signals = Object.entries(table.signals).map(
    ([name, signal]) => `  <signal name="${name}">\n${doc(signal.says)}${args(signal.args)}  </signal>\n`,
  );
  const properties = Object.entries(table.properties).map(
    ([name, { says, type, emits }]) =>
      `  <property name="${name}" type="${type}" access="read">\n${doc(says)}` +
      `   <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="${emits}"/>\n  </property>\n`,
  );
  return ` <interface name="${table.name}">\n${doc(table.says, '  ')}${[...methods, ...signals, ...properties].join('')} </interface>\n`;
}

function args(list: readonly Argument[], direction?: 'in' | 'out'): string {
  const where = direction === undefined ? '' : ` direction="${direction}"`;
  return list.map(({ name, type }) => `   <arg name="${name}" type="${type}"${where}/>\n`).join('');
}

function doc(sentence: string, indent = '   '): string {
  return `${indent}<annotation name="org.gtk.GDBus.DocString" value="${escapeXml(sentence)}"/>\n`;
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
