import type { Sayings } from './sayings.ts';

/** Why servers end or do not start, and what a start tells, in German. */
export const germanReasons: Sayings = {
  // Who ended it.
  'The server was stopped: {reason}': 'Der Server wurde beendet: {>reason}',
  'The server was stopped by an administrator': 'Der Server wurde von der Administration beendet',
  'The server was stopped by an administrator: {reason}': 'Der Server wurde von der Administration beendet: {>reason}',
  'The server stopped: {reason}': 'Der Server hat aufgehört: {>reason}',
  'The start was cancelled': 'Der Start wurde abgebrochen',
  'The start was cut short: {reason}': 'Der Start wurde unterbrochen: {>reason}',
  'the hub was restarted while the server was starting; please start it again':
    'Der Hub wurde neu gestartet, während der Server startete; bitte starten Sie ihn noch einmal',
  'The hub was restarted while this start waited for its turn; please start it again':
    'Der Hub wurde neu gestartet, während dieser Start darauf wartete, an die Reihe zu kommen; bitte starten Sie ihn noch einmal',

  // By a rule for idle servers.
  'it was idle': 'er wurde nicht benutzt',
  'idle for {span}': '{>span} lang unbenutzt',
  'running for {span}': '{>span} in Betrieb',
  'idle for {span} (limit {limit})': 'seit {>span} unbenutzt (Grenze {limit})',
  'running for {span} (limit {limit})': 'seit {>span} in Betrieb (Grenze {limit})',
  'memory is short ({pressure} % of the time servers wait for it), and it was used least: {reason}':
    'der Speicher ist knapp (Server warten {pressure} % der Zeit darauf), und er wurde am wenigsten benutzt: {>reason}',
  '1 hour': '1 Stunde',
  '{count} hours': '{count} Stunden',
  '1 minute': '1 Minute',
  '{count} minutes': '{count} Minuten',
  '1 second': '1 Sekunde',
  '{count} seconds': '{count} Sekunden',

  // By itself.
  'it ended by itself': 'er endete von selbst',
  'it ran out of memory': 'der Speicher ging ihm aus',
  'it ran longer than allowed': 'er lief länger als erlaubt',
  'it exited by itself (code 0)': 'er endete von selbst (Code 0)',
  'it exited with code {code}': 'er endete mit dem Code {code}',
  'it was ended by signal {signal}': 'er wurde durch das Signal {signal} beendet',
  'it ended ({result})': 'er endete ({result})',
  'it ended before it answered': 'er endete, bevor er antwortete',
  'the program ended at once, without an error': 'das Programm endete sofort, ohne einen Fehler',
  failed: 'fehlgeschlagen',
  'failed ({result})': 'fehlgeschlagen ({result})',
  'exited with code {code}': 'mit dem Code {code} geendet',
  'exited with code 126 (a command cannot be run)': 'mit dem Code 126 geendet (ein Befehl lässt sich nicht ausführen)',
  'exited with code 127 (a command was not found)': 'mit dem Code 127 geendet (ein Befehl wurde nicht gefunden)',
  'ended by signal {signal}': 'durch das Signal {signal} beendet',
  'took too long and was ended': 'brauchte zu lange und wurde beendet',
  'out of memory: the host has none left': 'kein Speicher mehr: Der Rechner hat keinen übrig',
  'out of memory: limit {limit}': 'kein Speicher mehr: Grenze {limit}',
  'out of memory: limit {limit} for all servers of {user} together':
    'kein Speicher mehr: Grenze {limit} für alle Server von {user} zusammen',
  'the host could not give what the server needs (memory, processes or a file): see the log':
    'der Rechner konnte nicht geben, was der Server braucht (Speicher, Prozesse oder eine Datei): siehe Protokoll',
  'was started too often in a short time': 'wurde in kurzer Zeit zu oft gestartet',
  'stopped answering the service manager': 'antwortete der Dienstverwaltung nicht mehr',

  // Did not start.
  'did not start within {seconds} seconds': 'ist nicht innerhalb von {seconds} Sekunden gestartet',
  'the service manager did not start it within {seconds} seconds':
    'die Dienstverwaltung hat ihn nicht innerhalb von {seconds} Sekunden gestartet',
  'the service manager could not start it ({result})': 'die Dienstverwaltung konnte ihn nicht starten ({result})',
  'the start was cancelled': 'der Start wurde abgebrochen',
  'the server did not answer within {seconds} s ({problem})':
    'der Server hat nicht innerhalb von {seconds} s geantwortet ({>problem})',
  'no answer': 'keine Antwort',
  'the proxy did not take the route {prefix} in time': 'der Proxy hat den Weg {prefix} nicht rechtzeitig übernommen',
  'Unhandled error starting {server}; the journal has the details: journalctl -u tshub':
    'Unerwarteter Fehler beim Start ({>server}); Einzelheiten stehen im Journal: journalctl -u tshub',
  'the hub is being restarted; look again in a moment':
    'der Hub wird gerade neu gestartet; sehen Sie gleich noch einmal nach',
  '{program} was ended by {signal} before the server started':
    '{program} wurde durch {signal} beendet, bevor der Server startete',
  '{program} failed before the server started (code {code})':
    '{program} ist fehlgeschlagen, bevor der Server startete (Code {code})',
  'setfacl is missing, which the server needs for its socket: install the package acl':
    'setfacl fehlt, das der Server für seinen Socket braucht: Installieren Sie das Paket acl',
  'access to the folder of the socket could not be set (setfacl): see the log':
    'der Zugriff auf den Ordner des Sockets konnte nicht gesetzt werden (setfacl): siehe Protokoll',
  'the working directory {path} does not exist': 'das Arbeitsverzeichnis {path} gibt es nicht',
  'the working directory {path} does not exist or {user} may not enter it':
    'das Arbeitsverzeichnis {path} gibt es nicht, oder {user} darf nicht hinein',
  'command not found: {program}': 'Befehl nicht gefunden: {program}',
  'cannot run {program}: it, or the interpreter that it names, is missing or not executable':
    '{program} lässt sich nicht ausführen: Es fehlt, oder der Interpreter, den es nennt, oder sie sind nicht ausführbar',
  'the groups of {user} could not be set': 'die Gruppen von {user} konnten nicht gesetzt werden',
  'there is no account {user}': 'das Konto {user} gibt es nicht',
  'its control group could not be set up': 'seine Kontrollgruppe konnte nicht eingerichtet werden',
  'PAM refused a session for {user}: see /etc/pam.d/tshub-server and the log':
    'PAM hat eine Sitzung für {user} abgelehnt: siehe /etc/pam.d/tshub-server und das Protokoll',
  'the path {path} in readonly_paths or readwrite_paths does not exist':
    'den Pfad {path} in readonly_paths oder readwrite_paths gibt es nicht',
  'its sandbox could not be set up; often a path in readonly_paths or readwrite_paths does not exist: see the log':
    'seine Sandbox konnte nicht eingerichtet werden; oft gibt es einen Pfad in readonly_paths oder readwrite_paths nicht: siehe Protokoll',
  'its system call filter could not be set up': 'sein Filter für Systemaufrufe konnte nicht eingerichtet werden',
  'the folder for its socket could not be made': 'der Ordner für seinen Socket konnte nicht angelegt werden',
  'its state directory could not be made': 'sein Zustandsverzeichnis konnte nicht angelegt werden',
  'its credentials could not be read': 'seine Zugangsdaten konnten nicht gelesen werden',

  // Is not allowed to, or finds no room.
  'root never has a server': 'root hat nie einen Server',
  '{user} is in denied_users': '{user} steht in denied_users',
  '{user} is another name of {name}': '{user} ist ein anderer Name von {name}',
  '{user} shares uid {uid} with {name}': '{user} teilt die uid {uid} mit {name}',
  '{user} has the group of root': '{user} hat die Gruppe von root',
  '{user} has uid {uid}, below min_uid {least}': '{user} hat die uid {uid}, kleiner als min_uid {least}',
  '{user} has uid {uid}, above max_uid {most}': '{user} hat die uid {uid}, größer als max_uid {most}',
  '{user} has the shell {shell}': '{user} hat die Shell {shell}',
  '{user} is in none of allowed_groups ({groups})': '{user} ist in keiner der Gruppen von allowed_groups ({groups})',
  '{user} is a guest, who has one server': '{user} ist Gast und hat einen Server',
  'there is no account {user} on this host': 'das Konto {user} gibt es auf diesem Rechner nicht',
  'there is no account {user} on this host, and none is made for such a name':
    'das Konto {user} gibt es auf diesem Rechner nicht, und für einen solchen Namen wird keines angelegt',
  'there is no account {user} on this host, and new_account_groups has none of allowed_groups':
    'das Konto {user} gibt es auf diesem Rechner nicht, und new_account_groups enthält keine von allowed_groups',
  'the account {user} could not be made ({result}); see: journalctl -u {unit}':
    'das Konto {user} konnte nicht angelegt werden ({result}); siehe: journalctl -u {unit}',
  '{login} is the account of another guest; it is free when their server has ended':
    '{login} ist das Konto eines anderen Gastes; es wird frei, wenn dessen Server endet',
  '{login} is an account of this host': '{login} ist ein Konto dieses Rechners',
  'there are as many guests as this host can have': 'es gibt so viele Gäste, wie dieser Rechner haben kann',
  '{user} has started servers {count} times within a minute; wait a little':
    '{user} hat innerhalb einer Minute {count} Mal Server gestartet; bitte warten Sie etwas',
  '{count} servers are running, which is max_servers of this host':
    'es laufen {count} Server, so viele wie max_servers dieses Rechners erlaubt',
  'no free port was found between tcp_port_min {least} and tcp_port_max {most}':
    'zwischen tcp_port_min {least} und tcp_port_max {most} fand sich kein freier Port',
  'the hook {hook} is not run: {problem}': 'der Hook {hook} wird nicht ausgeführt: {problem}',
  'the server runs as uid {uid} instead of {login}; it was stopped':
    'der Server läuft mit der uid {uid} statt als {login}; er wurde beendet',
  'the service manager refused {unit}: {problem}': 'die Dienstverwaltung hat {unit} abgelehnt: {problem}',
  '{server} does not stop: {unit} is {state} ({sub})': '{>server} hört nicht auf: {unit} ist {state} ({sub})',

  // What a start tells while it lasts.
  'Server requested': 'Server angefordert',
  'Starting the unit {unit}': 'Die Unit {unit} wird gestartet',
  'The server was started; waiting until it answers': 'Der Server ist gestartet und muss nur noch antworten',
  'The server answers; adding its route': 'Der Server antwortet; sein Weg wird eingetragen',
  'Server ready at {url}': 'Der Server ist bereit: {url}',
  'Spawn failed: {reason}': 'Der Start ist fehlgeschlagen: {>reason}',
  'Spawn cancelled': 'Der Start wurde abgebrochen',
  'The hub was restarted; looking whether the server runs':
    'Der Hub wurde neu gestartet und sieht nach, ob der Server läuft',
};
