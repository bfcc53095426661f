from flux.tasks import ns as ns
