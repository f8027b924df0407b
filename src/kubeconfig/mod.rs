//! The user's kubeconfig.
