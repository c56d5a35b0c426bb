"""Databases for the tests: migrated, with the cast in them, and as new before each test."""

import contextlib
from datetime import datetime

import psycopg
import sqlalchemy as sa

from participation.accounts import actions as accounts
from participation.reports.routing import actions as routing
from services.auth import STRANGER
from services.db import make_engine, migrate, unit_of_work
from tests import lines

FIRST = routing.CalendarInput(country="KR", zone="Asia/Seoul")
# Above this a table is not emptied row by row; the database is made anew.
MOST_BYTES = 1 << 20
# Keeps the rows of the beginning beside the tables, and puts them back.
KEEP = """
CREATE SCHEMA kept;
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', t, t);
  END LOOP;
END $$;
CREATE TABLE kept.numbers AS
  SELECT sequencename AS name, last_value AS at FROM pg_sequences WHERE schemaname = 'public';
DO $make$ DECLARE t text; there boolean; body text := '';
BEGIN
  -- Written out for each table, that the plans are made once and not anew before each test.
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1 LOOP
    body := body || format('DELETE FROM public.%I;', t);
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM kept.%I)', t) INTO there;
    IF there THEN
      body := body || format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE TABLE kept.%I;', t, t);
    END IF;
  END LOOP;
  FOR t IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    body := body || format('PERFORM setval(%L, coalesce(at, 1), at IS NOT NULL)
      FROM kept.numbers WHERE name = %L;', 'public.' || quote_ident(t), t);
  END LOOP;
  EXECUTE format('CREATE FUNCTION kept.put_back() RETURNS void LANGUAGE plpgsql AS %L',
    'BEGIN IF (SELECT count(*) FROM pg_tables WHERE schemaname = ''public'') <>
        (SELECT count(*) FROM pg_tables WHERE schemaname = ''kept'' AND tablename <> ''numbers'')
      THEN RAISE ''a test made or dropped a table''; END IF;
      SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = ''1s'';'
    || body || ' END');
END $make$;
"""
LARGEST = """SELECT coalesce(max(pg_relation_size(c.oid)), 0) FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'"""


def prepare(url: str, at: datetime) -> None:
    """Bring an empty database to the newest shape, with the cast and the city's calendar in it."""
    migrate.upgrade(url)
    engine = make_engine(url)
    with unit_of_work(engine) as session:
        accounts.ensure_cast(session, at)
        routing.set_calendar(session, STRANGER, FIRST, at=at)
    engine.dispose()


class Cluster:
    """A PostgreSQL with a prepared database to copy, and one copy that is used again and again."""

    def __init__(self, url: str, at: datetime) -> None:
        self.url = url
        prepare(url + "postgres", at)
        self._admin = self._connect("template1", pool=sa.NullPool)
        # One line for all tests: a new one would learn every table anew before each.
        self._used = self._connect("used", pool=sa.StaticPool)
        with psycopg.connect(url + "postgres") as connection:
            connection.execute(KEEP)

    def again(self) -> str:
        """Return the URL of a database as it was in the beginning."""
        with contextlib.suppress(sa.exc.DBAPIError), self._used.connect() as connection:
            if connection.exec_driver_sql(LARGEST).scalar_one() < MOST_BYTES:
                connection.exec_driver_sql("BEGIN")
                connection.exec_driver_sql("SELECT kept.put_back()")
                connection.exec_driver_sql("COMMIT")
                return self.url + "used"
        return self.own("used")

    def own(self, name: str) -> str:
        """Return the URL of a new database of that name."""
        lines.hang_up()
        self._used.dispose()
        with self._admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE postgres')
        return self.url + name

    def close(self) -> None:
        self._used.dispose()
        self._admin.dispose()

    def _connect(self, name: str, *, pool: type[sa.Pool]) -> sa.Engine:
        url = self.url.replace("postgresql:", "postgresql+psycopg:") + name
        return sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=pool)
