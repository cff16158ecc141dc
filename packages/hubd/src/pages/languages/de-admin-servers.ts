import type { AdminStrings } from '../strings-admin.ts';

/** What the pages of administrators say about servers and about what was done, in German. */
export const germanAdminServers: Pick<AdminStrings, 'activity' | 'limits' | 'server'> = {
  activity: {
    lead: 'Das Neueste von dem, was getan wurde. Alles steht im Journal des Rechners:',
    when: 'Wann',
    what: 'Was',
    who: 'Von wem',
    user: 'Person',
    userHelp: 'Der ganze Name; zeigt, was von ihr und mit ihr getan wurde.',
    kind: 'Über',
    anyKind: 'alles',
    kinds: { change: 'Änderungen', login: 'Anmeldungen', server: 'Server' },
    none: 'Dazu wurde nichts aufgeschrieben.',
    ofUser: 'Aktivität',
    more: 'Alles davon',
  },
  server: {
    start: 'Starten',
    stop: 'Beenden',
    cancel: 'Abbrechen',
    open: 'Öffnen',
    remove: 'Entfernen',
    limits: 'Grenzen',
    log: 'Protokoll',
    named: (user, server) => (server === '' ? `Server von ${user}` : `${user}/${server}`),
    of: 'von',
    cpu: (percent) => `${percent} % CPU`,
    cpuTime: (time) => `${time} CPU-Zeit`,
    tasks: (count) => `${count} Prozesse`,
  },
  limits: {
    title: (server) => `Grenzen von ${server}`,
    lead: 'Sie gelten, bis der Server endet; sein nächster Start hat wieder die aus den Einstellungen.',
    set: 'Grenzen setzen',
    wrong: (what, found) => `Erwartet wird ${what}; gefunden wurde „${found}“.`,
    nothing: 'Es gibt nichts zu setzen: Füllen Sie mindestens eines aus.',
    names: {
      cpu_limit: 'CPUs',
      cpu_weight: 'Gewicht der CPU',
      io_weight: 'Gewicht des Datenträgers',
      mem_high: 'Speicher, weich',
      mem_limit: 'Speicher',
      swap_limit: 'Auslagerung',
      tasks_max: 'Prozesse',
    },
  },
};
