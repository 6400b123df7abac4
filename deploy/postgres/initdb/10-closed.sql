-- Nobody connects to a database that is not his own; `svops migrate` says the same of each service's.
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
