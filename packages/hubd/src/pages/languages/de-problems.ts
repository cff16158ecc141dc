import type { Sayings } from './sayings.ts';

/** What was wrong with what somebody wanted, in German. */
export const germanProblems: Sayings = {
  // What it is about.
  "{user}'s server": 'der Server von {user}',
  "{user}'s server {name}": 'der Server {name} von {user}',
  'User {name}': 'Benutzer {name}',
  'Role {name}': 'Rolle {name}',
  'Service {name}': 'Dienst {name}',
  'Server {name} of {user}': 'Server {name} von {user}',
  'Share code': 'Freigabe-Link',
  spawn: 'er startet',
  stop: 'er wird beendet',
  'is built in': 'ist eingebaut',
  'is defined in tshub.toml': 'steht in tshub.toml',
  'comes from the login': 'kommt von der Anmeldung',

  // Logins.
  'Invalid username or password': 'Benutzername oder Passwort ist falsch',
  'You are known here, but not allowed to use this hub. Please ask the administrator.':
    'Sie sind hier bekannt, dürfen diesen Hub aber nicht benutzen. Bitte fragen Sie die Administration.',
  'This login asks for more than a name and a password. Please use the login page.':
    'Diese Anmeldung fragt nach mehr als Name und Passwort. Bitte benutzen Sie die Anmeldeseite.',
  'That took too long, or was answered before. Please log in again.':
    'Das hat zu lange gedauert oder wurde schon beantwortet. Bitte melden Sie sich noch einmal an.',
  'Missing client_id parameter.': 'Der Parameter client_id fehlt.',
  'Invalid client_id parameter value.': 'Der Parameter client_id nennt niemanden, den der Hub kennt.',
  'Mismatching redirect URI.': 'Die Adresse zur Rückkehr ist nicht die vereinbarte.',
  'You do not have permission to access {what}': 'Sie dürfen {what} nicht benutzen',

  // Forms.
  "'_xsrf' argument missing from {method}":
    'Dem Formular fehlt sein Schutz (_xsrf, {method}). Bitte laden Sie die Seite neu.',
  'XSRF cookie does not match {method} argument':
    'Der Schutz des Formulars passt nicht zum Browser (_xsrf, {method}). Bitte laden Sie die Seite neu.',
  "'_xsrf' argument invalid": 'Der Schutz des Formulars ist ungültig (_xsrf). Bitte laden Sie die Seite neu.',

  // Servers.
  'Named servers are not enabled.': 'Benannte Server sind hier nicht eingeschaltet.',
  'You already have the maximum of {limit} named servers. One must be deleted before a new server can be created.':
    'Sie haben schon {limit} benannte Server, mehr geht nicht. Löschen Sie einen, um einen neuen anzulegen.',
  'Too many users are starting servers right now. Try again in {seconds} seconds.':
    'Zurzeit starten zu viele Personen Server. Versuchen Sie es in {seconds} Sekunden noch einmal.',
  'All {limit} servers that this host may run are in use. Try again later.':
    'Alle {limit} Server, die auf diesem Rechner laufen dürfen, sind vergeben. Versuchen Sie es später noch einmal.',
  'Many servers are starting; this one is next': 'Viele Server starten gerade; dieser ist der nächste',
  'Many servers are starting; {count} is before this one': 'Viele Server starten gerade; {count} ist vor diesem dran',
  'Many servers are starting; {count} are before this one': 'Viele Server starten gerade; {count} sind vor diesem dran',
  'Invalid user options': 'Diese Auswahl ist nicht möglich',
  'Invalid user options: {problem}': 'Diese Auswahl ist nicht möglich: {problem}',
  'The default server can be stopped, but not removed': 'Der Standardserver kann beendet, aber nicht gelöscht werden',
  'The default server cannot be removed': 'Der Standardserver kann nicht gelöscht werden',
  'The default server has no name that could be changed': 'Der Standardserver hat keinen Namen, der sich ändern ließe',
  'Invalid server name "{name}": expected at most {longest} characters: lower-case letters and digits, single "-" between them, a letter first':
    '„{name}“ kann kein Server heißen: höchstens {longest} Zeichen, Kleinbuchstaben und Ziffern, dazwischen einzelne „-“, am Anfang ein Buchstabe',
  'Invalid display name "{name}": expected 1 to {longest} printable characters with single spaces inside':
    '„{name}“ kann kein Anzeigename sein: 1 bis {longest} druckbare Zeichen mit einzelnen Leerzeichen dazwischen',
  '{server} is running; it can be changed when it is stopped':
    '{>server} läuft und kann erst geändert werden, wenn er beendet ist',
  'The servers of {user} are in the process of stopping; please wait and try again':
    'Die Server von {user} werden gerade beendet; bitte warten Sie, und versuchen Sie es noch einmal',
  'the start of {server} is watched too often already': 'dem Start ({>server}) sehen schon zu viele zu',

  // Sharing.
  'The link has no share code in it': 'Im Link fehlt der Code der Freigabe',
  'This server is your own; it cannot be shared with you':
    'Dieser Server ist Ihr eigener und kann nicht mit Ihnen geteilt werden',
  'Only what you may do yourself can be shared; missing: {scopes}':
    'Teilen können Sie nur, was Sie selbst dürfen; es fehlt: {scopes}',
  'To share with {kind} {name} you need the scope {scope}; a share code needs none':
    'Um mit {name} zu teilen, brauchen Sie die Berechtigung {scope}; ein Link braucht keine',
  'Server {server} has {most} share codes already; revoke some, or wait until they expire':
    'Für den Server {server} gibt es schon {most} Links; widerrufen Sie einige, oder warten Sie, bis sie ablaufen',
  'No such user: {name}': 'Diese Person gibt es nicht: {name}',
  'No such group: {name}': 'Diese Gruppe gibt es nicht: {name}',

  // What administrators do.
  'admin access to user servers disabled': 'Zugriff der Administration auf Server von anderen ist abgeschaltet',
  'User {name} already exists, username must be unique': 'Den Benutzer {name} gibt es schon',
  'No such scope: {scopes}': 'Diese Berechtigung gibt es nicht: {scopes}',
  'Only what you hold yourself, for everybody, can be given, changed or taken; missing: {scopes}':
    'Geben, ändern und nehmen können Sie nur, was Sie selbst für alle dürfen; es fehlt: {scopes}',
  'Not assigning scopes that {user} does not hold': 'Berechtigungen, die {user} nicht hat, werden nicht vergeben',
  'Invalid group name {name}: expected 1 to 255 printable characters without "/"':
    '{name} kann keine Gruppe heißen: 1 bis 255 druckbare Zeichen ohne „/“',
  'Invalid role name {name}: expected 3 to 255 characters of a-z, 0-9, "-_~.", beginning with a letter and ending with a letter or digit':
    '{name} kann keine Rolle heißen: 3 bis 255 Zeichen aus a-z, 0-9, „-_~.“, am Anfang ein Buchstabe, am Ende ein Buchstabe oder eine Ziffer',
  'whoever ordered it is no user any more': 'wer das angeordnet hat, ist nicht mehr Benutzer',
  'whoever ordered it is no administrator any more': 'wer das angeordnet hat, gehört nicht mehr zur Administration',
  'Manage the hub, its users and their servers': 'Den Hub, seine Benutzer und deren Server verwalten',
  "Manage one's own account and servers": 'Das eigene Konto und die eigenen Server verwalten',
  'Stop idle servers': 'Unbenutzte Server beenden',
  'What a token may do that was made without saying what': 'Was ein Token darf, für das nichts anderes gesagt wurde',
  'What the token of a user server may do': 'Was das Token eines Servers darf',

  // Notes of tokens.
  'Issued over the bus to uid {uid}': 'Über den Bus ausgestellt für uid {uid}',
  'Made by {user} with tshubctl': 'Von {user} mit tshubctl ausgestellt',
  'Server at {path}': 'Server unter {path}',

  'Another action on many users is still under way; wait until it is over.':
    'Eine andere Aktion für viele ist noch im Gang; warten Sie, bis sie vorbei ist.',
};
