"""The peer of the hub's bench: its settings, and as a script the users of its database.

jupyterhub -f hub-peer.py       settings; environment: BENCH_PORT, BENCH_FOLDER
python3 hub-peer.py USERS       fills the database that a first start has made
"""

import os
import sys

folder = os.environ["BENCH_FOLDER"]

if __name__ == "__main__" and len(sys.argv) > 1:
    from jupyterhub import orm

    db = orm.new_session_factory(f"sqlite:///{folder}/peer.sqlite")()
    role = orm.Role.find(db, "user")
    for i in range(int(sys.argv[1])):
        user = orm.User(name=f"user-{i:05d}")
        db.add(user)
        user.roles.append(role)
        if i % 500 == 0:
            db.commit()
    db.commit()
    db.close()
else:
    c = get_config()  # noqa: F821
    port = int(os.environ["BENCH_PORT"])
    c.JupyterHub.authenticator_class = "dummy"
    c.JupyterHub.spawner_class = "simple"
    c.JupyterHub.bind_url = f"http://127.0.0.1:{port + 1}"
    c.JupyterHub.hub_port = port
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{port + 2}"
    c.JupyterHub.db_url = f"sqlite:///{folder}/peer.sqlite"
    c.JupyterHub.cookie_secret_file = f"{folder}/cookie_secret"
    c.JupyterHub.log_level = "WARN"
    c.Authenticator.allow_all = True
    c.Authenticator.admin_users = {"boss"}
    c.JupyterHub.load_roles = [
        {"name": "bench", "scopes": ["admin:users", "tokens", "users:activity", "admin:servers"], "services": ["bench"]}
    ]
    c.JupyterHub.services = [{"name": "bench", "api_token": "a-token-of-the-bench-that-is-long"}]
