"""The Python client against a started server, which KUBECONFIG names: it serves the kind Widget of example.com/v1."""

import unittest

from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic.exceptions import ConflictError, NotFoundError, UnprocessibleEntityError


def widget(name, labels=None, **spec):
    return {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": spec,
    }


class PythonClient(unittest.TestCase):
    def setUp(self):
        self.api = config.new_client_from_config()
        self.core = client.CoreV1Api(self.api)
        self.namespace = self.core.create_namespace(
            {"metadata": {"generateName": "python-"}}
        ).metadata.name
        self.dynamic = dynamic.DynamicClient(self.api)
        self.widgets = self.dynamic.resources.get(api_version="example.com/v1", kind="Widget")

    def tearDown(self):
        self.core.delete_namespace(self.namespace)
        self.api.close()

    def test_typed_client_goes_through_a_whole_life(self):
        made = self.core.create_namespaced_config_map(
            self.namespace, client.V1ConfigMap(metadata={"name": "settings"}, data={"a": "1"})
        )
        self.assertEqual(made.data, {"a": "1"})
        self.assertIsNotNone(made.metadata.creation_timestamp.tzinfo)
        patched = self.core.patch_namespaced_config_map("settings", self.namespace, {"data": {"b": "2"}})
        self.assertEqual(patched.data, {"a": "1", "b": "2"})
        made.data = {"c": "3"}
        with self.assertRaises(ApiException) as refused:
            self.core.replace_namespaced_config_map("settings", self.namespace, made)
        self.assertEqual((refused.exception.status, refused.exception.reason), (409, "Conflict"))
        self.core.delete_namespaced_config_map("settings", self.namespace)
        self.assertEqual(self.core.list_namespaced_config_map(self.namespace).items, [])

    def test_custom_objects_client_goes_through_a_whole_life(self):
        objects = client.CustomObjectsApi(self.api)
        place = ("example.com", "v1", self.namespace, "widgets")
        objects.create_namespaced_custom_object(*place, widget("w", color="red"))
        objects.patch_namespaced_custom_object(*place, "w", {"spec": {"note": "merged"}})
        read = objects.get_namespaced_custom_object(*place, "w")
        self.assertEqual(read["spec"], {"color": "red", "note": "merged", "replicas": 1})
        objects.delete_namespaced_custom_object(*place, "w")

    def test_dynamic_client_discovers_and_goes_through_a_whole_life(self):
        made = self.widgets.create(body=widget("w"), namespace=self.namespace)
        self.assertEqual(made.spec.color, "blue")
        patched = self.widgets.patch(
            body={"spec": {"color": "green"}},
            name="w",
            namespace=self.namespace,
            content_type="application/merge-patch+json",
        )
        self.assertEqual(patched.metadata.generation, 2)
        status = {"metadata": {"name": "w"}, "status": {"replicas": 1}}
        self.widgets.status.patch(
            body=status, name="w", namespace=self.namespace, content_type="application/merge-patch+json"
        )
        self.assertEqual(self.widgets.get(name="w", namespace=self.namespace).status.replicas, 1)
        self.widgets.delete(name="w", namespace=self.namespace)
        with self.assertRaises(NotFoundError):
            self.widgets.get(name="w", namespace=self.namespace)

    def test_server_side_apply_owns_and_conflicts(self):
        apply = {"namespace": self.namespace, "name": "w"}
        self.widgets.server_side_apply(body=widget("w", color="red"), field_manager="first", **apply)
        with self.assertRaises(ConflictError):
            self.widgets.server_side_apply(body=widget("w", color="green"), field_manager="second", **apply)
        taken = self.widgets.server_side_apply(
            body=widget("w", color="green"), field_manager="second", force_conflicts=True, **apply
        )
        self.assertEqual(taken.spec.color, "green")

    def test_what_is_invalid_is_told(self):
        with self.assertRaises(UnprocessibleEntityError) as refused:
            self.widgets.create(body=widget("bad", color="pink"), namespace=self.namespace)
        self.assertIn("spec.color: Unsupported value", refused.exception.summary())

    def test_dynamic_watch_tells_each_change(self):
        self.widgets.create(body=widget("w"), namespace=self.namespace)
        self.widgets.patch(
            body={"spec": {"color": "green"}},
            name="w",
            namespace=self.namespace,
            content_type="application/merge-patch+json",
        )
        version = self.widgets.get(namespace=self.namespace).metadata.resourceVersion
        self.widgets.delete(name="w", namespace=self.namespace)
        events = self.widgets.watch(namespace=self.namespace, resource_version=version, timeout=1)
        self.assertEqual([(each["type"], each["object"].metadata.name) for each in events], [("DELETED", "w")])

    def test_typed_watch_begins_with_what_is_there_and_ends_in_time(self):
        self.core.create_namespaced_config_map(self.namespace, {"metadata": {"name": "settings"}})
        stream = watch.Watch().stream(
            self.core.list_namespaced_config_map, self.namespace, timeout_seconds=1
        )
        self.assertEqual(
            [(each["type"], each["object"].metadata.name) for each in stream], [("ADDED", "settings")]
        )

    def test_lists_come_in_pages(self):
        for index in range(3):
            self.core.create_namespaced_config_map(self.namespace, {"metadata": {"name": f"page-{index}"}})
        first = self.core.list_namespaced_config_map(self.namespace, limit=2)
        self.assertEqual(len(first.items), 2)
        second = self.core.list_namespaced_config_map(
            self.namespace, limit=2, _continue=first.metadata._continue
        )
        self.assertEqual([each.metadata.name for each in second.items], ["page-2"])

    def test_selectors_and_deletion_of_a_collection(self):
        for name, color in (("a", "red"), ("b", "green"), ("c", "red")):
            self.widgets.create(body=widget(name, {"paint": color}, color=color), namespace=self.namespace)
        red = self.widgets.get(namespace=self.namespace, field_selector="spec.color=red")
        self.assertEqual([each.metadata.name for each in red.items], ["a", "c"])
        self.widgets.delete(namespace=self.namespace, label_selector="paint=red")
        left = self.widgets.get(namespace=self.namespace)
        self.assertEqual([each.metadata.name for each in left.items], ["b"])


if __name__ == "__main__":
    unittest.main()
