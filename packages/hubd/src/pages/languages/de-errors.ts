import type { ErrorSayings } from './sayings.ts';

/** What errors say (contract/src/errors.ts), in German. */
export const germanErrors: ErrorSayings = {
  already_running: '{>server} läuft schon',
  backup_refused: '{>problem}',
  bad_request: '{>problem}',
  body_invalid: 'Die Anfrage enthält kein gültiges JSON',
  body_too_large: 'die Anfrage hat mehr als {limit} Bytes',
  cannot_delete_yourself: 'Sie können sich nicht selbst löschen!',
  config_invalid: '{>problem}',
  daemon_away: '{unit} antwortet nicht; siehe: systemctl status {unit}',
  disk_full:
    'Die Festplatte des Hubs ist voll: {where}; nichts ist verloren, und es geht weiter, sobald wieder Platz ist. Die Administration kann nachsehen mit: df -h {where}',
  forbidden: '{>problem}',
  group_exists: 'Die Gruppe {group} gibt es schon',
  group_unknown: 'Die Gruppe {group} gibt es nicht',
  internal: 'Hier ist etwas schiefgegangen (Nummer {id}); Einzelheiten stehen im Journal: journalctl TSHUB_ID={id}',
  login_busy: 'Zu viele Anmeldungen auf einmal. Bitte versuchen Sie es gleich noch einmal.',
  login_refused: '{>problem}',
  login_throttled:
    'Zu viele fehlgeschlagene Anmeldungen. Bitte warten Sie {seconds} Sekunden, und versuchen Sie es dann noch einmal.',
  login_unchecked:
    'Anmeldungen können zurzeit nicht geprüft werden. Bitte versuchen Sie es noch einmal, und sagen Sie der Administration Bescheid, wenn es so bleibt.',
  method_not_allowed: 'Das geht an dieser Adresse nicht',
  no_credentials: 'Sie sind nicht angemeldet, oder die Anmeldung gilt nicht mehr.',
  no_scope: 'Dafür fehlt Ihnen eine Berechtigung; nötig ist eine von [{scopes}]',
  not_accessible: 'Das gibt es nicht, oder Sie dürfen es nicht sehen',
  not_found: '{>what}: nicht gefunden',
  not_running: '{>server} läuft nicht',
  not_starting: '{>server} startet nicht gerade',
  pending: '{>server} ist gerade beschäftigt: {>pending}',
  role_exists: 'Die Rolle {role} gibt es schon',
  role_managed: 'Die Rolle {role} {>by} und kann hier nicht geändert werden',
  route_conflict: 'der Weg {prefix} ist vergeben',
  server_exists: '{>server}: gibt es schon',
  server_limit: '{>problem}',
  service_exists: 'Den Dienst {service} gibt es schon',
  service_managed: 'Der Dienst {service} steht in tshub.toml und kann hier nicht entfernt werden',
  share_code_unknown:
    'Diese Freigabe gibt es nicht, oder sie ist abgelaufen; bitten Sie die Person, von der der Link kam, um einen neuen',
  spawn_failed: '{>problem}',
  spawn_refused: '{>problem}',
  too_many_requests: '{>problem}',
  user_exists: 'Den Benutzer {user} gibt es schon',
  user_name_invalid: 'Diese Benutzernamen sind nicht möglich: {user}',
  users_exist: 'Alle {count} Benutzer gibt es schon',
  xsrf: '{>problem}',
};
