"""Apache Kafka itself on this machine: KRaft, one broker or three, all of them controllers as well."""
