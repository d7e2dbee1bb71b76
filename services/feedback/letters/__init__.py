"""Letters: how a survey reaches its customer, by mail or through a webhook of the operator's."""
